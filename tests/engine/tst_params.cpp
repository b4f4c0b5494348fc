// Parameters: defaults, ranges, text, JSON both ways, and one clear sentence for what is wrong.

#include <QRegularExpression>
#include <QTest>
#include <clocale>
#include <cmath>

#include "engine/attention/registry.h"

using namespace fovea;

namespace {

using Texts = std::vector<std::string>;

const std::vector<ParamSpec> kSpecs{
    {.key = "ratio", .label = "Ratio", .type = ParamType::Real, .fallback = 0.25, .min = 0.0, .max = 1.0},
    {.key = "heads", .label = "Heads", .type = ParamType::Int, .fallback = 8, .min = 1, .max = 64},
    {.key = "bias", .label = "Bias", .type = ParamType::Bool, .fallback = true},
    {.key = "pool", .label = "Pool", .type = ParamType::Choice, .fallback = std::string("att"), .choices = {"att", "avg"}},
    {.key = "types", .label = "Types", .type = ParamType::ChoiceSet, .fallback = Texts{"avg"}, .choices = {"avg", "max"}},
    {.key = "place", .label = "Place", .type = ParamType::Point, .fallback = PointValue{0.5, 0.5}}};

QString messageOf(const Result<void>& result) { return result ? QString() : QString::fromStdString(result.error().message()); }

QString textError(const char* key, const char* text) {
    ParamSet params(kSpecs);
    return messageOf(params.setText(kSpecs, key, text));
}

QString jsonError(const char* json) {
    const auto params = ParamSet::fromJson(kSpecs, json);
    return params ? QString() : QString::fromStdString(params.error().message());
}

}  // namespace

class TestParams : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void defaults() {
        const ParamSet params(kSpecs);
        QCOMPARE(params.real("ratio"), 0.25);
        QCOMPARE(params.integer("heads"), 8);
        QVERIFY(params.boolean("bias"));
        QCOMPARE(params.choice("pool"), std::string("att"));
        QCOMPARE(params.choiceSet("types"), Texts{"avg"});
        QCOMPARE(params.point("place"), (PointValue{0.5, 0.5}));
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(params.real("nothing")), std::out_of_range);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(params.real("heads")), std::out_of_range);
        QVERIFY(ParamSet().values().empty());
    }

    void valuesStayInTheirRange() {
        ParamSet params(kSpecs);
        QVERIFY(params.set(kSpecs, "ratio", 0).ok());  // a whole number for a real one
        QCOMPARE(params.real("ratio"), 0.0);
        QCOMPARE(messageOf(params.set(kSpecs, "ratio", 7.0)), QStringLiteral("“ratio” takes a number from 0 to 1, not “7”."));
        QCOMPARE(messageOf(params.set(kSpecs, "heads", -3)),
                 QStringLiteral("“heads” takes a whole number from 1 to 64, not “-3”."));
        QVERIFY(!params.set(kSpecs, "heads", 1e30).ok());
        QVERIFY(!params.set(kSpecs, "place", PointValue{-1.0, 1.0}).ok());
        QVERIFY(!params.set(kSpecs, "place", PointValue{0.0, 1.5}).ok());
        QCOMPARE(params.real("ratio"), 0.0);
        QCOMPARE(params.integer("heads"), 8);
        QCOMPARE(params.point("place"), (PointValue{0.5, 0.5}));
    }

    void wrongValuesLeaveTheSetAlone() {
        ParamSet params(kSpecs);
        QVERIFY(!params.set(kSpecs, "ratio", std::nan("")).ok());
        QVERIFY(!params.set(kSpecs, "ratio", HUGE_VAL).ok());
        QVERIFY(!params.set(kSpecs, "ratio", true).ok());
        QVERIFY(!params.set(kSpecs, "heads", 2.5).ok());
        QVERIFY(!params.set(kSpecs, "heads", std::string("2")).ok());
        QVERIFY(!params.set(kSpecs, "bias", 1).ok());
        QVERIFY(!params.set(kSpecs, "pool", std::string("max")).ok());
        QVERIFY(!params.set(kSpecs, "types", Texts{"avg", "avg"}).ok());
        QVERIFY(!params.set(kSpecs, "types", Texts{"min"}).ok());
        QVERIFY(!params.set(kSpecs, "place", PointValue{std::nan(""), 0.0}).ok());
        QVERIFY(messageOf(params.set(kSpecs, "head", 2)).contains(QStringLiteral("“head”; choose one of: ratio, heads")));
        QCOMPARE(params, ParamSet(kSpecs));
        QVERIFY(messageOf(params.set({}, "head", 2)).contains(QStringLiteral("has none")));
    }

    void aSetKeepsTheOrderOfTheChoices() {
        ParamSet a(kSpecs);
        ParamSet b(kSpecs);
        QVERIFY(a.set(kSpecs, "types", Texts{"max", "avg"}).ok());
        QVERIFY(b.set(kSpecs, "types", Texts{"avg", "max"}).ok());
        QCOMPARE(a, b);
    }

    void text() {
        ParamSet params(kSpecs);
        for (const auto& [key, value] : std::map<std::string, std::string>{{"ratio", " 5e-1 "},
                                                                           {"heads", "+4"},
                                                                           {"bias", "False"},
                                                                           {"pool", "avg"},
                                                                           {"types", "max, avg"},
                                                                           {"place", "0.3,0.7"}}) {
            const auto set = params.setText(kSpecs, key, value);
            QVERIFY2(set.ok(), qPrintable(messageOf(set)));
        }
        QCOMPARE(params.real("ratio"), 0.5);
        QCOMPARE(params.integer("heads"), 4);
        QVERIFY(!params.boolean("bias"));
        QCOMPARE(params.choice("pool"), std::string("avg"));
        QCOMPARE(params.choiceSet("types"), (Texts{"avg", "max"}));
        QCOMPARE(params.point("place"), (PointValue{0.3, 0.7}));
        QVERIFY(params.setText(kSpecs, "types", "").ok());
        QVERIFY(params.choiceSet("types").empty());
    }

    void wrongTextIsOneSentence() {
        QCOMPARE(textError("ratio", "much"), QStringLiteral("“ratio” takes a number from 0 to 1, not “much”."));
        for (const char* wrong : {"", "0.5x", "1 2", "nan", "inf", "1e999", "0,5", "--1"}) {
            QVERIFY2(!textError("ratio", wrong).isEmpty(), wrong);
        }
        QVERIFY(textError("heads", "2.5").contains(QStringLiteral("whole number from 1 to 64, not “2.5”")));
        QVERIFY(textError("bias", "maybe").contains(QStringLiteral("true or false, not “maybe”")));
        QCOMPARE(textError("pool", "sum"), QStringLiteral("The parameter “pool” has no choice “sum”; choose from: att, avg."));
        QVERIFY(textError("types", "avg,sum").contains(QStringLiteral("“sum”")));
        QVERIFY(textError("types", "avg,").contains(QStringLiteral("no choice")));
        for (const char* wrong : {"", "0.5", "0.1,0.2,0.3", "a,b"}) {
            QVERIFY2(!textError("place", wrong).isEmpty(), wrong);
        }
    }

    void listsOfWholeNumbers() {
        const std::vector<ParamSpec> specs{{.key = "kernels",
                                            .type = ParamType::IntList,
                                            .fallback = std::vector<int>{3, 5},
                                            .min = 1,
                                            .max = 9,
                                            .leastCount = 2,
                                            .mostCount = 3}};
        ParamSet params(specs);
        QCOMPARE(params.integers("kernels"), (std::vector<int>{3, 5}));
        QVERIFY(!params.setText(specs, "kernels", "7, 3,50").ok());
        QVERIFY(params.setText(specs, "kernels", "7, 3,9").ok());
        QCOMPARE(params.integers("kernels"), (std::vector<int>{7, 3, 9}));
        QCOMPARE(params.toJson(), std::string(R"({"kernels":[7,3,9]})"));
        const auto read = ParamSet::fromJson(specs, R"({"kernels": [5.0, 1]})");
        QVERIFY(read.ok());
        QCOMPARE(read->integers("kernels"), (std::vector<int>{5, 1}));
        for (const char* wrong : {"", "3", "3,5,7,9", "3,a", "3,5.5", "3,1e30"}) {
            QVERIFY2(!params.setText(specs, "kernels", wrong).ok(), wrong);
        }
        for (const char* wrong :
             {R"({"kernels": [5]})", R"({"kernels": [5, 1.5]})", R"({"kernels": 5})", R"({"kernels": ["5", 1]})"}) {
            QVERIFY2(!ParamSet::fromJson(specs, wrong).ok(), wrong);
        }
        QCOMPARE(params.integers("kernels"), (std::vector<int>{7, 3, 9}));
    }

    void theLocaleDoesNotMatter() {
        const char* before = std::setlocale(LC_NUMERIC, nullptr);
        const std::string saved = before == nullptr ? "C" : before;
        std::setlocale(LC_NUMERIC, "de_DE.UTF-8");
        ParamSet params(kSpecs);
        const bool set = params.setText(kSpecs, "ratio", "0.75").ok();
        const std::string json = params.toJson();
        std::setlocale(LC_NUMERIC, saved.c_str());
        QVERIFY(set);
        QVERIFY(json.find("\"ratio\":0.75") != std::string::npos);
    }

    void jsonBothWays() {
        ParamSet params(kSpecs);
        QCOMPARE(params.toJson(),
                 std::string(R"({"bias":true,"heads":8,"place":[0.5,0.5],"pool":"att","ratio":0.25,"types":["avg"]})"));
        QVERIFY(params.set(kSpecs, "ratio", 0.1).ok());
        QVERIFY(params.set(kSpecs, "types", Texts{}).ok());
        const auto again = ParamSet::fromJson(kSpecs, params.toJson());
        QVERIFY(again.ok());
        QCOMPARE(*again, params);
        const auto partial = ParamSet::fromJson(kSpecs, R"({"C": 64, "heads": 2.0, "ratio": 1, "pool": null})", {"C"});
        QVERIFY(partial.ok());
        QCOMPARE(partial->integer("heads"), 2);
        QCOMPARE(partial->real("ratio"), 1.0);
        QCOMPARE(partial->choice("pool"), std::string("att"));
        QCOMPARE(ParamSet().toJson(), std::string("{}"));
    }

    void wrongJsonIsOneSentence() {
        for (const char* wrong : {"", "[]", "3", "{", "null", "{\"heads\":}"}) {
            QVERIFY2(jsonError(wrong).contains(QStringLiteral("not a JSON object")), wrong);
        }
        QVERIFY(jsonError(R"({"C": 3})").contains(QStringLiteral("“C”")));
        QVERIFY(jsonError(R"({"heads": "two"})").contains(QStringLiteral("whole number")));
        QVERIFY(jsonError(R"({"heads": {}})").contains(QStringLiteral("whole number")));
        QVERIFY(jsonError(R"({"bias": 1})").contains(QStringLiteral("true or false")));
        QVERIFY(jsonError(R"({"types": "avg"})").contains(QStringLiteral("list")));
        QVERIFY(jsonError(R"({"types": ["avg", 3]})").contains(QStringLiteral("list")));
        QVERIFY(jsonError(R"({"place": [0.1]})").contains(QStringLiteral("two fractions")));
    }

    void everyMechanismDeclaresSensibleParameters() {
        for (const auto* info : modules()) {
            const ParamSet params(info->params);
            QCOMPARE(params.values().size(), info->params.size());
            for (const auto& spec : info->params) {
                QVERIFY2(!spec.label.empty() && !spec.help.empty(), (info->id + "." + spec.key).c_str());
                ParamSet again(info->params);
                QVERIFY2(again.set(info->params, spec.key, spec.fallback).ok() && again == params,
                         (info->id + "." + spec.key).c_str());
            }
            const auto read = ParamSet::fromJson(info->params, params.toJson());
            QVERIFY(read.ok() && *read == params);
        }
    }
};

QTEST_GUILESS_MAIN(TestParams)
#include "tst_params.moc"
