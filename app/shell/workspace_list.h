#pragma once

namespace fovea {

struct Desk;

/// Makes every workspace of the window and adds it to `desk.workspaces`, in the order of their buttons and panels. A new
/// workspace needs one line here.
void addWorkspaces(const Desk& desk);

}  // namespace fovea
