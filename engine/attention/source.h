#pragma once

#include <memory>
#include <string>

#include "engine/api.h"
#include "engine/attention/module.h"

namespace fovea {

/// The paper and the reference code of a source of attention.
struct Citation {
    int year = 0;
    std::string paper;
    std::string arxiv;
    std::string reference;
};

/// A source of attention, with the parameters which may be set. A mechanism is one.
struct AttentionSource {
    std::string id;     ///< "cbam"; unique inside a model
    std::string title;  ///< short, for lists and sentences
    int version = 1;    ///< rises when the numbers change
    Domain domain = Domain::Channel;
    AttentionKind kind = AttentionKind::Soft;
    Provenance provenance;
    bool readsClip = false;                         ///< it compares several frames
    ParamSet params;                                ///< the parameters which may be set, with their values
    std::shared_ptr<const Citation> citation = {};  ///< null: there is no paper
};

/// The source which a mechanism is, with these parameters and weights.
FOVEA_API AttentionSource sourceOf(const ModuleInfo& info, const ParamSet& params, Provenance provenance);

}  // namespace fovea
