#include "widgets/channel_grid_names.h"

#include <cmath>

#include "widgets/engine_text.h"

namespace fovea {

bool ChannelGridNames::isNamed() const {
    return subject == GridSubject::Channels && features != nullptr && !features->channelNames.empty();
}

QString ChannelGridNames::name(int channel) const {
    if (!isNamed() || channel < 0 || channel >= static_cast<int>(features->channelNames.size())) {
        return {};
    }
    return engineText(features->channelNames[static_cast<std::size_t>(channel)]);
}

QString ChannelGridNames::label(int channel) const {
    const QString own = name(channel);
    return subject == GridSubject::Heads ? tr("head %1").arg(channel)
           : own.isEmpty()               ? tr("channel %1").arg(channel)
                                         : QStringLiteral("%1 %2").arg(channel).arg(own);
}

QString gridNumberText(const std::vector<float>& numbers, int channel, bool exact) {
    if (channel < 0 || channel >= static_cast<int>(numbers.size()) || std::isnan(numbers[static_cast<std::size_t>(channel)])) {
        return QStringLiteral("–");
    }
    const double value = static_cast<double>(numbers[static_cast<std::size_t>(channel)]);
    return exact ? exactNumberText(value) : numberText(value);
}

}  // namespace fovea
