#include "app/shell/first_choices.h"

#include "app/session/session.h"
#include "app/settings.h"

namespace fovea {
namespace {

/// The mechanism of the last run; at the first start one whose map is worth looking at, in what makes the features.
QString firstMechanism(const Settings& settings) {
    const QString chosen = settings.module();
    if (!chosen.isEmpty()) {
        return chosen;
    }
    const bool network = settings.model() != QLatin1String("retina") && !bundledModelFolder().empty();
    return network ? QStringLiteral("gc") : QStringLiteral("simam");
}

}  // namespace

void makeFirstChoices(Session& session, const Settings& settings) {
    session.display().setStyle(settings.style());
    session.paneControl().setRetina(settings.retina());
    session.setAutoSize(settings.autoSize());
    session.paneControl().setModule(firstMechanism(settings));
}

}  // namespace fovea
