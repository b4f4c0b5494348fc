// Every kind of maps has its descriptor, which says enough for the views it names.

#include <QTest>

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/render/kinds/map_kind.h"

using namespace fovea;

namespace {

/// A map of every kind, without data.
template <std::size_t... kIndex>
std::vector<AttentionMap> mapOfEachKind(std::index_sequence<kIndex...>) {
    return {{.kind = MapKind(std::in_place_index<kIndex>)}...};
}

std::vector<AttentionMap> mapOfEachKind() { return mapOfEachKind(std::make_index_sequence<std::variant_size_v<MapKind>>()); }

}  // namespace

class TestMapKinds : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void eachKindHasItsOwnDescriptor() {
        std::set<std::string> names;
        std::set<Result<ScalarField> (*)(const fields::Job&)> makers;
        for (const AttentionMap& map : mapOfEachKind()) {
            names.insert(kindInfo(map).name);
            makers.insert(kindInfo(map).field);
        }
        QCOMPARE(names, (std::set<std::string>{"branch", "channel", "full", "pairwise", "region", "spatial", "temporal"}));
        QCOMPARE(makers.size(), names.size());
    }

    void descriptorsHoldWhatTheirViewsCall() {
        std::vector<AttentionMap> maps = mapOfEachKind();
        PairwiseMap overTime;
        overTime.keys.frames = 3;
        maps.push_back({.kind = overTime});
        QVERIFY(kindInfo(maps.back()).hasTimeline(maps.back()));
        for (const AttentionMap& map : maps) {
            const MapKindInfo& kind = kindInfo(map);
            QVERIFY2(kind.rank != nullptr && kind.field != nullptr, kind.name);
            QVERIFY2((kind.card == MapCard::Bars) == (kind.bars != nullptr), kind.name);
            QVERIFY2(kind.bars == nullptr || kind.perChannel == (kind.barText == nullptr), kind.name);
            QVERIFY2(!kind.hasTimeline(map) || kind.timeline != nullptr, kind.name);
            QVERIFY2((kind.table.ending != nullptr) == (kind.table.text != nullptr), kind.name);
        }
    }

    void mapsWithoutDataDoNoHarm() {
        for (const AttentionMap& map : mapOfEachKind()) {
            const MapKindInfo& kind = kindInfo(map);
            QVERIFY2(kind.outlines(map, Features{}).empty(), kind.name);
            QVERIFY2(kind.extents(map).empty(), kind.name);
            const std::map<std::string, int> without{{"full", 0}};  // the others choose among the channels of the features
            const auto own = without.find(kind.name);
            QCOMPARE(kind.channels(map, FeatureMap(3, 1, 1)), own == without.end() ? 3 : own->second);
            QVERIFY2(kind.bars == nullptr || kind.bars(map, 3).empty(), kind.name);
        }
    }
};

QTEST_GUILESS_MAIN(TestMapKinds)
#include "tst_map_kinds.moc"
