#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/session/session_state.h"

namespace fovea {

/// The models which panes can have: the networks of bundles which were opened, and the Retina. How pictures enter a network, and
/// the options of the Retina, are those of all panes. While a bundle is being opened, it is remembered here what for.
class Models final {
public:
    /// The bundles which were opened, in use or not, in this order.
    [[nodiscard]] const std::vector<std::shared_ptr<const Bundle>>& bundles() const { return m_bundles; }
    /// The open bundle of a folder, or null.
    [[nodiscard]] std::shared_ptr<const Bundle> bundleIn(const std::string& folder) const;
    /// The first bundle of a state which is not open; empty when all are.
    [[nodiscard]] std::string closedBundle(const SessionState& state) const;
    /// Takes a bundle which was opened. Opened again, a folder keeps its place.
    void add(const std::shared_ptr<const Bundle>& bundle);

    [[nodiscard]] const ModelInput& input() const { return m_input; }
    [[nodiscard]] const RetinaOptions& retina() const { return m_retina; }
    /// Returns whether they were others before.
    bool setInput(const ModelInput& input);
    bool setRetina(const RetinaOptions& options);
    /// The input, or the options, of this model are those of all panes from now on.
    void follow(const ModelSpec& model);
    /// The same model with the input, or the options, which are chosen now.
    [[nodiscard]] ModelSpec refreshed(const ModelSpec& model) const;
    /// The network of an open bundle; the Retina when none of this folder is open.
    [[nodiscard]] ModelSpec inFolder(const std::string& folder) const;

    /// A bundle is being opened for the active pane. When there is no result yet, the first jobs wait for the bundle.
    void openForPane(bool hasResult);
    /// A bundle is being opened for a state which is to be restored; likewise.
    void openForState(const SessionState& state, bool hasResult);
    /// A state is restored: nothing waits any more, and a bundle which is still being opened is no pane's.
    void endOpening();
    /// The state which is to be restored when its bundles are open; nothing while none is.
    [[nodiscard]] const std::optional<SessionState>& pending() const { return m_pending; }
    [[nodiscard]] bool isRestoring() const { return m_pending.has_value(); }
    /// The same, which is then not pending any more.
    [[nodiscard]] std::optional<SessionState> takePending();
    /// Whether the bundle which is being opened becomes the active pane's.
    [[nodiscard]] bool selectsOpened() const { return m_selectsOpened; }
    /// Whether the first jobs wait for the bundle they are meant for.
    [[nodiscard]] bool holdsJobs() const { return m_holdsJobs; }
    /// The first jobs wait no longer; returns whether they did.
    bool releaseJobs();

private:
    std::vector<std::shared_ptr<const Bundle>> m_bundles;
    ModelInput m_input;
    RetinaOptions m_retina;
    std::optional<SessionState> m_pending;
    bool m_selectsOpened = true;
    bool m_holdsJobs = false;
};

}  // namespace fovea
