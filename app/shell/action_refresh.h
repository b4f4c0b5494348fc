#pragma once

namespace fovea {

struct Desk;

/// Lets the actions ask what is enabled and checked whenever something has changed in the session or another view was chosen.
/// Menus ask besides before they open, and a key before it acts.
void refreshActionsWithSession(const Desk& desk);

}  // namespace fovea
