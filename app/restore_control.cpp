#include "app/restore_control.h"

#include <QDir>

#include <algorithm>
#include <utility>

#include "app/session/session.h"
#include "engine/number_rule.h"

namespace fovea {
namespace {

using Kind = SessionLoss::Kind;

/// The pane of `state` with the place of `like`; null when there is none, or when `sameModule` is true and its mechanism differs.
template <class State>
auto paneOf(State& state, const PaneState& like, bool sameModule) -> decltype(state.panes.data()) {
    const auto it = std::find_if(state.panes.begin(), state.panes.end(), [&](const PaneState& pane) {
        return pane.place == like.place && (!sameModule || pane.module == like.module);
    });
    return it == state.panes.end() ? nullptr : &*it;
}

/// Whether nobody has chosen another model, or other weights, since `standIn` was restored in place of what was lost.
bool stillWaits(const PaneState& pane, const PaneState& standIn, const SessionLoss& loss) {
    if (loss.kind == Kind::Model) {
        return pane.bundleFolder == standIn.bundleFolder;
    }
    const bool hasOthers = pane.seed != standIn.seed || pane.trained != standIn.trained;
    return !hasOthers && (pane.weightsFile.empty() || pane.weightsFile == loss.path);
}

/// `field` with the place and the frames of `asked`.
FieldSpec askedAs(FieldSpec field, const FieldSpec& asked) {
    field.queryX = asked.queryX;
    field.queryY = asked.queryY;
    field.frame = asked.frame;
    field.queryFrame = asked.queryFrame;
    return field;
}

/// Changes the choices which `pane` still has as in `before` to those of `after`. The choices of another mechanism stay.
void follow(PaneState& pane, const PaneState& before, const PaneState& after) {
    if (pane.module != after.module) {
        return;
    }
    const auto change = [](auto& now, const auto& was, const auto& will) {
        if (now == was) {
            now = will;
        }
    };
    change(pane.trained, before.trained, after.trained);
    change(pane.params, before.params, after.params);
    change(pane.seed, before.seed, after.seed);
    change(pane.field, askedAs(before.field, pane.field), askedAs(after.field, pane.field));
    change(pane.intervention, before.intervention, after.intervention);
    change(pane.pinnedChannels, before.pinnedChannels, after.pinnedChannels);
    change(pane.pinnedHeads, before.pinnedHeads, after.pinnedHeads);
}

}  // namespace

RestoreControl::RestoreControl(Session& session, QObject* parent) : QObject(parent), m_session(session) {}

void RestoreControl::begin(const OpenedSession& opened) {
    m_file = opened.file;
    m_losses = opened.losses;
    m_awaitsPicture = std::none_of(m_losses.begin(), m_losses.end(),
                                   [](const SessionLoss& loss) { return loss.kind == Kind::Picture || loss.kind == Kind::Live; });
    m_unsettled.clear();
    for (const PaneState& pane : m_file.state.panes) {
        m_unsettled.push_back(pane.place);
    }
    Q_EMIT lossesChanged();
}

void RestoreControl::forget() {
    m_losses.clear();
    Q_EMIT lossesChanged();
}

void RestoreControl::add(SessionLoss loss) {
    m_losses.push_back(std::move(loss));
    Q_EMIT lossesChanged();
}

void RestoreControl::drop(Kind kind, const std::string& path) {
    std::erase_if(m_losses, [&](const SessionLoss& loss) { return loss.kind == kind && loss.path == path; });
    Q_EMIT lossesChanged();
}

void RestoreControl::pictureOpening(const std::string& location) {
    m_awaitsPicture = m_awaitsPicture && location == m_file.source.location;
}

void RestoreControl::pictureOpened(const std::string& location) {
    if (m_awaitsPicture && location == m_file.source.location) {
        return;
    }
    m_awaitsPicture = false;
    if (std::erase_if(m_losses, [](const SessionLoss& loss) { return loss.kind == Kind::Picture || loss.kind == Kind::Live; }) >
        0) {
        Q_EMIT lossesChanged();
    }
}

void RestoreControl::pictureRestored(const std::string& sha256, std::int64_t frames) {
    m_awaitsPicture = false;
    if (!m_file.sha256.empty() && m_file.sha256 != sha256) {
        add({.text = makeError(
                 ErrorCode::BadValue,
                 FOVEA_TEXT("engine", "The file “%1” is not as it was when the session was saved; the numbers may differ."),
                 {m_file.source.location})});
    }
    if (frames > 0 && m_file.frame >= static_cast<std::uint64_t>(frames)) {
        add({.text = NumberRule{.name = "source.frame", .most = static_cast<double>(frames - 1), .whole = true}.refusal(
                 std::to_string(m_file.frame))});
    }
}

void RestoreControl::pictureFailed(const Error& error) {
    m_awaitsPicture = false;
    add({.kind = Kind::Picture, .text = error, .path = m_file.source.location});
}

bool RestoreControl::modelFailed(const std::string& folder, const std::string& standIn, const Error& error) {
    SessionLoss loss{.kind = Kind::Model, .text = error, .path = folder};
    for (PaneState& pane : m_file.state.panes) {
        if (pane.bundleFolder == folder) {
            loss.panes.push_back(pane);
            pane.bundleFolder = standIn;
        }
    }
    const bool wanted = !loss.panes.empty();
    if (wanted) {
        add(std::move(loss));
    }
    return wanted;
}

bool RestoreControl::lacksModel(int place) const {
    return std::any_of(m_losses.begin(), m_losses.end(), [&](const SessionLoss& loss) {
        return loss.kind == Kind::Model &&
               std::any_of(loss.panes.begin(), loss.panes.end(), [place](const PaneState& pane) { return pane.place == place; });
    });
}

// A pane whose model is missing is checked once more when that is there; until then nothing is said about the one which stands
// in.
bool RestoreControl::settle() {
    bool anything = false;
    for (int pane = 0; pane < m_session.panes().count(); ++pane) {
        const int place = m_session.panes()[pane].place;
        const auto unsettled = std::find(m_unsettled.begin(), m_unsettled.end(), place);
        if (unsettled == m_unsettled.end() || !m_session.isUpToDate(pane)) {
            continue;
        }
        m_unsettled.erase(unsettled);
        const PaneState before = chosen(pane);
        const auto problems = m_session.fieldControl().dropMissingChoices(pane, "panes[" + std::to_string(pane) + "].");
        if (PaneState* own = paneOf(m_file.state, before, true)) {
            follow(*own, before, chosen(pane));
        }
        anything = anything || !problems.empty();
        for (const Error& problem : problems) {
            if (!lacksModel(place)) {
                m_losses.push_back({.text = problem});
            }
        }
        anything = noteWeights(pane) || anything;
    }
    if (anything) {
        Q_EMIT lossesChanged();
    }
    return anything;
}

// Weights which are there may still not fit; the pane says so, and another file can be located.
bool RestoreControl::noteWeights(int pane) {
    const auto result = m_session.shown().moduleResult(pane);
    const PaneState waiting = chosen(pane);
    if (!result || result->output || waiting.weightsFile.empty()) {
        return false;
    }
    m_losses.push_back({.kind = Kind::Weights, .text = result->output.error(), .path = waiting.weightsFile, .panes = {waiting}});
    return true;
}

PaneState RestoreControl::chosen(int pane) const { return m_session.state().panes[static_cast<std::size_t>(pane)]; }

// A pane may have been removed, and what a person chose since the session was opened stays.
std::vector<PaneState> RestoreControl::giveBack(SessionState& state, const SessionLoss& loss, const std::string& path) const {
    std::vector<PaneState> given;
    for (const PaneState& waiting : loss.panes) {
        PaneState* pane = paneOf(state, waiting, loss.kind == Kind::Weights);
        const PaneState* standIn = paneOf(m_file.state, waiting, false);
        if (pane == nullptr || standIn == nullptr || !stillWaits(*pane, *standIn, loss)) {
            continue;
        }
        if (loss.kind == Kind::Model) {  // with the choices which the one that stood in could not have
            follow(*pane, *standIn, waiting);
            pane->bundleFolder = path;
        } else {
            pane->weightsFile = path;
        }
        given.push_back(*pane);
    }
    return given;
}

std::optional<SessionState> RestoreControl::located(const SessionLoss& loss, const std::string& path, SessionState now) {
    const std::vector<PaneState> given = giveBack(now, loss, path);
    for (const PaneState& pane : given) {
        *paneOf(m_file.state, pane, false) = pane;
        m_unsettled.push_back(pane.place);
    }
    if (loss.kind == Kind::Picture) {
        m_file.source.location = path;
        m_awaitsPicture = true;
    }
    drop(loss.kind, loss.path);
    return given.empty() ? std::nullopt : std::optional(std::move(now));
}

SessionFile RestoreControl::withMissing(SessionFile file) const {
    for (const SessionLoss& loss : m_losses) {
        const bool isPlace = QDir::isAbsolutePath(QString::fromStdString(loss.path));
        if (loss.kind == Kind::Live || (loss.kind == Kind::Picture && isPlace)) {
            file.source = m_file.source;
            file.sha256 = m_file.sha256;
            file.frame = m_file.frame;
            file.place = m_file.place;
        }
        if (isPlace) {
            giveBack(file.state, loss, loss.path);
        }
    }
    return file;
}

}  // namespace fovea
