#include <nlohmann/json.hpp>

#include "engine/export/export.h"
#include "engine/export/numbers.h"
#include "engine/kernels/level.h"
#include "engine/render/kinds/map_kind.h"

namespace fovea {
namespace {

using Json = nlohmann::ordered_json;

const char* provenanceName(ProvenanceKind kind) {
    switch (kind) {
        case ProvenanceKind::ParameterFree:
            return "parameter-free";
        case ProvenanceKind::File:
            return "file";
        case ProvenanceKind::Random:
            return "random";
        case ProvenanceKind::Trained:
            return "trained";
    }
    return "";
}

Json sourceJson(const Frame& frame) {
    Json json = Json::object();
    if (frame.source) {
        json = {{"name", frame.source->name},
                {"path", frame.source->path},
                {"sha256", frame.source->sha256},
                {"description", frame.source->description}};
    }
    if (frame.sequence > 0) {  // of a moving source
        json["frame"] = frame.index;
        json["time"] = frame.timestamp;
    }
    json["width"] = frame.width;
    json["height"] = frame.height;
    return json;
}

Json geometryJson(const CellGeometry& geometry) {
    return {{"originX", geometry.originX}, {"originY", geometry.originY}, {"stepX", geometry.stepX}, {"stepY", geometry.stepY}};
}

Json featuresJson(const Features& features) {
    return {{"model", features.model},         {"layer", features.layer},       {"channels", features.map.channels()},
            {"height", features.map.height()}, {"width", features.map.width()}, {"geometry", geometryJson(features.geometry)}};
}

Json moduleJson(const AttentionSource& source) {
    Json json = {{"id", source.id},
                 {"title", source.title},
                 {"version", source.version},
                 {"domain", domainName(source.domain)},
                 {"kind", attentionKindName(source.kind)}};
    if (const auto& citation = source.citation) {
        json["year"] = citation->year;
        json["paper"] = citation->paper;
        json["arxiv"] = citation->arxiv;
        json["reference"] = citation->reference;
    }
    return json;
}

Json weightsJson(const Provenance& provenance) {
    Json json = {{"kind", provenanceName(provenance.kind)}, {"text", provenanceText(provenance)}};
    if (provenance.kind == ProvenanceKind::File || provenance.kind == ProvenanceKind::Trained) {
        json["source"] = provenance.source;
    }
    if (provenance.kind == ProvenanceKind::Random) {
        json["seed"] = provenance.seed;
    }
    return json;
}

/// A double holds every float exactly, and the writer gives the digits which read back as it.
void addNumbers(Json& json, const NumbersSummary& numbers) {
    json["shape"] = numbers.shape;
    if (numbers.ends) {
        json["min"] = numbers.ends->first;
        json["max"] = numbers.ends->second;
    }
}

Json mapJson(const ExportedMap& exported) {
    const AttentionMap& map = *exported.map;
    Json json = {{"name", map.name}, {"title", map.title}, {"kind", mapKindName(map)}, {"role", mapRoleName(map.role)}};
    for (const auto& [key, values] : kindInfo(map).extents(map)) {
        json[key] = values.size() == 1 ? Json(values.front()) : Json(values);
    }
    addNumbers(json, exported.numbers);
    if (exported.refusal) {
        json["refused"] = exported.refusal->message();
    }
    return json;
}

Json clipJson(const Clip& clip) {
    Json json = Json::array();
    for (const auto& held : clip) {
        json.push_back({{"index", held.frame.index}, {"timestamp", held.frame.timestamp}});
    }
    return json;
}

/// Which row or column of a pairwise map the picture shows.
Json askedJson(const AskedPlace& asked) {
    Json json = {
        {"direction", asked.to ? "to" : "from"}, {"row", asked.row}, {"column", asked.column}, {"x", asked.x}, {"y", asked.y}};
    if (asked.frame >= 0) {
        json["frame"] = asked.frame;
    }
    return json;
}

Json fieldJson(const ScalarField& field) {
    Json json = {{"module", field.module},     {"map", field.map},           {"what", filledIn(field.what, field.whatArgs)},
                 {"unit", field.unit},         {"height", field.height},     {"width", field.width},
                 {"min", field.min},           {"max", field.max},           {"diverging", field.diverging},
                 {"scaleMin", field.scaleMin}, {"scaleMax", field.scaleMax}, {"geometry", geometryJson(field.geometry)}};
    json["clippedMax"] = field.clippedMax;
    if (field.frame >= 0) {
        json["frame"] = field.frame;
    }
    if (field.channel >= 0) {
        json["channel"] = field.channel;
    }
    if (field.head) {
        json["head"] = *field.head >= 0               ? Json(*field.head)
                       : *field.head == kMaxOverHeads ? Json("maximum")
                       : *field.head == kMinOverHeads ? Json("minimum")
                                                      : Json("mean");
    }
    if (field.asked) {
        json["asked"] = askedJson(*field.asked);
    }
    return json;
}

/// The style as it took effect on the field: the table and the range which were really used.
Json styleJson(const OverlayStyle& style, const ScalarField* field) {
    const ValueRange range = field != nullptr ? effectiveRange(*field, style) : style.range;
    return {{"colormap", field != nullptr ? effectiveColormap(*field, style).id : style.colormap},
            {"opacity", style.opacity},
            {"smooth", style.smooth},
            {"autoRange", style.autoRange},
            {"clipped", style.clipped},
            {"clipShare", style.autoRange && style.clipped ? style.clipShare : 0.0},
            {"mode", style.mode == OverlayMode::Brightness ? "brightness" : "blend"},
            {"threshold", style.thresholded ? Json(style.threshold) : Json()},
            {"contours", style.contours},
            {"rangeSmoothing", style.rangeSmoothing},
            {"range", {range.lo, range.hi}}};
}

}  // namespace

std::string sidecarText(const FrameResult& result, const JobId& job, const OutputSummary* summary, const ScalarField* field,
                        const OverlayStyle* style) {
    const ModelResult& model = *result.find(job.model);
    const JobResult& module = *result.find(job);
    Json json;
    json["program"] = {{"name", "fovea"}, {"version", version()}, {"engine", kernelLevel()}};
    json["source"] = sourceJson(result.frame);
    if (model.features) {
        json["features"] = featuresJson(*model.features);
    }
    if (model.clip && module.source.readsClip) {
        json["clip"] = clipJson(*model.clip);
    }
    json["module"] = moduleJson(module.source);
    json["parameters"] = Json::parse(module.source.params.toJson());
    json["weights"] = weightsJson(module.source.provenance);
    if (!module.intervention.empty()) {  // what was muted is said with the numbers
        json["intervention"] = {{"channels", module.intervention.channels}, {"heads", module.intervention.heads}};
    }
    if (summary != nullptr) {
        json["maps"] = Json::array();
        for (const auto& map : summary->maps) {
            json["maps"].push_back(mapJson(map));
        }
        json["output"] = Json::object();
        addNumbers(json["output"], summary->output);
    } else {
        json["error"] = module.output.error().message();
    }
    if (field != nullptr) {
        json["field"] = fieldJson(*field);
    }
    if (style != nullptr) {
        json["style"] = styleJson(*style, field);
    }
    // File names need not be UTF-8; a sidecar must be.
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string sidecarJson(const FrameResult& result, const JobId& job, const ScalarField* field, const OverlayStyle* style) {
    const auto& output = result.find(job)->output;
    if (!output) {
        return sidecarText(result, job, nullptr, field, style);
    }
    const OutputSummary summary = summaryOf(*output);
    return sidecarText(result, job, &summary, field, style);
}

}  // namespace fovea
