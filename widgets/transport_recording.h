#pragma once

#include <QCoreApplication>

#include <optional>

#include "widgets/transport_bar.h"

class QBoxLayout;

namespace fovea {

class DotLabel;
class GlyphButton;

/// What a transport bar shows of recording a live source: the button which records, and how far a recording is.
class TransportRecording final {
    Q_DECLARE_TR_FUNCTIONS(fovea::TransportBar)

public:
    /// The button asks by TransportBar::recordRequested().
    explicit TransportRecording(TransportBar& bar);

    void addTo(QBoxLayout& row);
    void setVisible(bool visible);
    /// Nothing: no recording runs.
    void set(const std::optional<RecordingState>& progress);
    [[nodiscard]] bool isRunning() const { return m_progress.has_value(); }
    /// How long the recording which runs is, and how little space is left on its disk.
    [[nodiscard]] QString text() const;
    /// Says everything again, in the language of the program; `key` does what the button does.
    void retranslate(const QString& key);

private:
    void show();

    DotLabel* m_label;
    GlyphButton* m_button;
    std::optional<RecordingState> m_progress;
};

}  // namespace fovea
