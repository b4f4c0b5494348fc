#pragma once

namespace fovea {

class Session;
class Settings;

/// Chooses in a new session what the settings keep: style, Retina, working size, mechanism. The model follows later, because
/// opening a model takes a while.
void makeFirstChoices(Session& session, const Settings& settings);

}  // namespace fovea
