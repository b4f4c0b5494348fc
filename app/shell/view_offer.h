#pragma once

#include <QString>

#include "app/session/view_id.h"

namespace fovea {

/// A view as the bar above the picture offers it, in the language of the window.
struct ViewOffer {
    ViewId id;
    QString title;
    QString tip;         ///< one line about what the view shows
    const char* action;  ///< the entry of the table of actions which chooses the view
};

}  // namespace fovea
