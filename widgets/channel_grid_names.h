#pragma once

#include <QCoreApplication>
#include <QString>

#include <vector>

#include "engine/render/channel_grid.h"

namespace fovea {

/// How the channels of features, or the heads of a map, are called in a grid. It is short-lived: the features outlive it.
struct ChannelGridNames {
    Q_DECLARE_TR_FUNCTIONS(fovea::ChannelGrid)

public:
    const Features* features = nullptr;  ///< null while there are none
    GridSubject subject = GridSubject::Channels;

    /// Whether the channels have names of their own.
    [[nodiscard]] bool isNamed() const;
    /// "red, fine"; empty without a name of its own.
    [[nodiscard]] QString name(int channel) const;
    /// "5 red, fine", "channel 5", "head 5".
    [[nodiscard]] QString label(int channel) const;
};

/// One of the numbers of a grid; a dash where it is not known.
[[nodiscard]] QString gridNumberText(const std::vector<float>& numbers, int channel, bool exact);

}  // namespace fovea
