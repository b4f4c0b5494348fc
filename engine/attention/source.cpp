#include "engine/attention/source.h"

#include <utility>

namespace fovea {

AttentionSource sourceOf(const ModuleInfo& info, const ParamSet& params, Provenance provenance) {
    return {.id = info.id,
            .title = info.title,
            .version = info.version,
            .domain = info.domain,
            .kind = info.kind,
            .provenance = std::move(provenance),
            .readsClip = info.needs.clip,
            .params = params,
            .citation = std::make_shared<const Citation>(
                Citation{.year = info.year, .paper = info.paper, .arxiv = info.arxiv, .reference = info.reference})};
}

}  // namespace fovea
