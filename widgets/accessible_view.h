#pragma once

class QWidget;

namespace fovea {

/// Installs the one accessibility factory of the program: every widget with a property `textSummary` is announced as a graphic
/// whose name is its accessible name and whose description and value are that summary. Safe to call twice.
void registerAccessibleViews();

/// Tells a screen reader that the summary of a view has changed.
void announceSummary(QWidget* view);

}  // namespace fovea
