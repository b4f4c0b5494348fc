#pragma once

#include <QDialog>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "engine/result.h"
#include "engine/source/camera_list.h"
#include "engine/source/frame_source.h"

namespace fovea {

/// Asks which moving picture to show: a camera of this machine, a stream from the network, or the clip which comes with the
/// program. It looks for nothing itself: cameras come by setCameras().
class SourceDialog final : public QDialog {
    Q_OBJECT

public:
    /// What an address means, or why it means nothing: sourceSpecFor().
    using AddressCheck = std::function<Result<SourceSpec>(const std::string&)>;
    enum class Page { Camera, Stream, Sample };

    SourceDialog(AddressCheck check, SourceSpec sample, QWidget* parent = nullptr);
    ~SourceDialog() override;

    /// The cameras which were found; until then the dialog says that it is looking.
    void setCameras(const std::vector<CameraInfo>& cameras);
    /// Addresses used before, newest first.
    void setRecentAddresses(const QStringList& addresses);
    void setPage(Page page);
    [[nodiscard]] Page page() const;
    /// What would be opened now; nothing when the choice is not complete.
    [[nodiscard]] std::optional<SourceSpec> spec() const;

Q_SIGNALS:
    /// The choice, once the dialog is accepted.
    void chosen(const fovea::SourceSpec& spec);

protected:
    void changeEvent(QEvent* event) override;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
