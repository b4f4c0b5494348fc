// Every number a person can give – options, parameters, keys of sessions and settings – from the tables which declare them: what
// is outside is refused by name, the ends are taken.

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <memory>

#include "app/commands/number_options.h"
#include "app/session/session_file.h"
#include "app/session/session_keys.h"
#include "app/settings.h"
#include "engine/attention/registry.h"
#include "engine/models/bundle.h"
#include "tests/support/json_path.h"

using namespace fovea;
using namespace fovea::test;

namespace {

struct Outcome {
    int status = -1;
    QString err;
};

/// The program with each of these arguments, all at the same time.
std::vector<Outcome> run(const QList<QStringList>& all) {
    std::vector<std::unique_ptr<QProcess>> programs;
    for (const QStringList& arguments : all) {
        programs.push_back(std::make_unique<QProcess>());
        programs.back()->start(QStringLiteral(FOVEA_BINARY_DIR "/bin/fovea"), arguments);
    }
    std::vector<Outcome> outcomes;
    for (const auto& program : programs) {
        outcomes.push_back(program->waitForFinished(120000)
                               ? Outcome{program->exitCode(), QString::fromUtf8(program->readAllStandardError())}
                               : Outcome{});
    }
    return outcomes;
}

QString text(double value) { return QString::fromStdString(shortestText(value)); }

/// The value of a setting as its getter gives it, written as in the file.
QString valueOf(const Settings& settings, const QString& key) {
    const auto flag = [](bool on) { return on ? QStringLiteral("true") : QStringLiteral("false"); };
    const std::map<QString, QString> values{
        {QStringLiteral("overlay/opacity"), text(settings.style().opacity)},
        {QStringLiteral("features/stride"), text(settings.retina().stride)},
        {QStringLiteral("window/reduced_motion"), flag(settings.reducedMotion())},
        {QStringLiteral("overlay/smooth"), flag(settings.style().smooth)},
        {QStringLiteral("features/fine"), flag(settings.input().fine)},
        {QStringLiteral("features/crop"), flag(settings.input().fit == Fit::Crop)},
        {QStringLiteral("features/auto_size"), flag(settings.autoSize())},
        {QStringLiteral("overlay/colormap"), QString::fromStdString(settings.style().colormap)},
        {QStringLiteral("window/theme"), settings.theme() == ThemeName::Light ? QStringLiteral("light") : QStringLiteral("dark")},
        {QStringLiteral("window/language"), settings.language()},
        {QStringLiteral("attention/module"), settings.module()}};
    return values.at(key);
}

double below(const NumberRule& rule) {
    return rule.whole ? rule.least - 1.0 : rule.least - std::max(0.001, std::abs(rule.least) * 0.1);
}
double above(const NumberRule& rule) {
    return rule.whole ? rule.most + 1.0 : rule.most + std::max(0.001, std::abs(rule.most) * 0.1);
}

/// Numbers which the rule does not allow.
std::vector<double> badNumbers(const NumberRule& rule) {
    std::vector<double> bad{below(rule), above(rule), 1e300, -1e300};
    if (rule.whole) {
        bad.push_back(rule.least + 0.5);
    }
    if (!rule.only.empty()) {
        bad.push_back(rule.only.front() + 1.0);
    }
    return bad;
}

/// The same and other things as texts.
QStringList badTexts(const NumberRule& rule) {
    QStringList bad{QStringLiteral("nan"), QStringLiteral("inf"), QStringLiteral("-inf"), QStringLiteral("much"), QString(),
                    QStringLiteral("1x"),  QStringLiteral("0x1"), QStringLiteral("1e999")};
    for (const double number : badNumbers(rule)) {
        bad << text(number);
    }
    return bad;
}

QStringList steps(const NumberRule& rule) {
    QString path = QString::fromStdString(rule.name);
    return path.replace(QStringLiteral("[]"), QStringLiteral(".[]")).split(u'.');
}

/// "panes[0].field.head" of "panes[].field.head".
QString firstPlace(const NumberRule& rule) {
    return QString::fromStdString(rule.name).replace(QStringLiteral("[]"), QStringLiteral("[0]"));
}

/// A session in which every list has entries and every number its own key.
SessionFile fullSession(const QString& picture) {
    SessionFile file;
    for (int place = 0; place < kMaxPanes; ++place) {
        PaneState pane{.module = "mhsa", .place = place, .params = ParamSet(findModule("mhsa")->params)};
        pane.intervention = {{0.5F, 1.0F}, {0.25F, 1.0F}};
        pane.pinnedChannels = {3, 5};
        pane.pinnedHeads = {1};
        pane.field.channel = 2;  // the mode which shows one channel needs one
        file.state.panes.push_back(pane);
    }
    file.state.pins = {{2, 0.25, 0.75}};
    file.state.activePin = 2;
    file.source.location = picture.toStdString();
    return file;
}

/// Dotted keys of all numbers in a JSON, places of lists left out.
void collectNumbers(const QJsonValue& json, const QString& path, QStringList& found) {
    if (json.isDouble()) {
        found << path;
    } else if (json.isArray()) {
        for (const QJsonValue& value : json.toArray()) {
            collectNumbers(value, path + QStringLiteral("[]"), found);
        }
    } else if (json.isObject()) {
        const QJsonObject object = json.toObject();
        for (auto it = object.begin(); it != object.end(); ++it) {
            collectNumbers(it.value(), path.isEmpty() ? it.key() : path + u'.' + it.key(), found);
        }
    }
}

/// The sentences of a session's losses.
QStringList said(const OpenedSession& opened) {
    QStringList all;
    for (const SessionLoss& loss : opened.losses) {
        all << QString::fromStdString(loss.text.message());
    }
    return all;
}

bool names(const QStringList& sentences, const QString& key) {
    return std::any_of(sentences.begin(), sentences.end(),
                       [&key](const QString& s) { return s.contains(QStringLiteral("“%1”").arg(key)); });
}

}  // namespace

class TestNumbers final : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    QString picture() {
        const QString path = m_folder.filePath(QStringLiteral("picture.png"));
        QFile file(path);
        return file.open(QIODevice::WriteOnly) ? path : QString();
    }

private Q_SLOTS:
    void aRuleSaysWhatItAllows() {
        const NumberRule plain{.name = "x", .least = -1.0, .most = 2.5};
        QCOMPARE(plain.parse(" +2.5 ").value(), 2.5);
        QCOMPARE(plain.parse("3").error().message(), std::string("“x” takes a number from -1 to 2.5, not “3”."));
        const NumberRule whole{.name = "n", .most = 9.0, .whole = true};
        QCOMPARE(whole.parse("5.0").value(), 5.0);
        QCOMPARE(whole.check(2.5).error().message(), std::string("“n” takes a whole number from 0 to 9, not “2.5”."));
        QCOMPARE(whole.upTo(3).check(4).error().message(), std::string("“n” takes a whole number from 0 to 3, not “4”."));
        const NumberRule one{.name = "s", .least = 4.0, .most = 8.0, .only = {4.0, 8.0}};
        QCOMPARE(one.check(5.0).error().message(), std::string("“s” takes one of 4, 8, not “5”."));
        const NumberRule word{.name = "h", .most = 7.0, .whole = true, .words = {"mean", "max"}};
        QCOMPARE(word.parse("most").error().message(),
                 std::string("“h” takes a whole number from 0 to 7, or one of mean, max, not “most”."));
        // A long text is cut between two letters, not inside of one.
        const std::string cut = plain.parse(std::string(59, 'a') + "ää" + std::string(5000, 'b')).error().args[3];
        QCOMPARE(cut, std::string(59, 'a') + "…");
        for (const char* wrong : {"", " ", "+", "-", "++1", "+-1", "1,5", "1 2", "nan", "-inf", "infinity"}) {
            QVERIFY2(!plain.parse(wrong).ok(), wrong);
        }
    }

    void options_data() {
        QTest::addColumn<bool>("evaluates");
        QTest::addColumn<int>("index");
        for (const bool evaluates : {false, true}) {
            const auto& table = evaluates ? evaluateNumbers() : renderNumbers();
            for (int k = 0; k < static_cast<int>(table.size()); ++k) {
                const auto& number = table[static_cast<std::size_t>(k)];
                QTest::addRow("%d %s", k, number.rule.name.c_str()) << evaluates << k;
            }
        }
    }

    // The rule is tried with every bad value; the program is started with a few of them, to see that the option reads its rule.
    void options() {
        QFETCH(bool, evaluates);
        QFETCH(int, index);
        const NumberOption& number = (evaluates ? evaluateNumbers() : renderNumbers())[static_cast<std::size_t>(index)];
        const NumberRule& rule = number.rule;
        const QString missing = m_folder.filePath(QStringLiteral("missing"));
        const QStringList words =
            evaluates
                ? QStringList{QStringLiteral("evaluate"), QStringLiteral("--bundle"), missing, QStringLiteral("--data"), missing}
                : QStringList{QStringLiteral("render"),   missing,
                              QStringLiteral("--module"), QStringLiteral("mhsa"),
                              QStringLiteral("-o"),       m_folder.filePath(QStringLiteral("out.png"))};
        const auto with = [&](const QString& value) {
            return words + QStringList{QStringLiteral("--%1=%2").arg(number.option, number.form.arg(value))};
        };
        for (const QString& bad : badTexts(rule)) {
            QVERIFY2(!rule.parse(bad.toStdString()), qPrintable(bad));
        }
        QList<QStringList> refused{with(text(below(rule))), with(text(above(rule))), with(QStringLiteral("nan")),
                                   with(QString())};
        if (rule.whole) {
            refused << with(text(rule.least + 0.5));
        }
        for (const Outcome& o : run(refused)) {
            QVERIFY2(o.status == 2 && o.err.count(u'\n') == 1, qPrintable(o.err));
            QVERIFY2(o.err.contains(QStringLiteral("“--%1”").arg(number.option)), qPrintable(o.err));
            const bool saysEnds = o.err.contains(text(rule.least)) && o.err.contains(text(rule.most));
            QVERIFY2(number.endsLater || saysEnds, qPrintable(o.err));
        }
        QList<QStringList> taken;
        for (const double end : {rule.least, rule.most}) {
            const bool isOtherEnd = number.form.arg(text(end)).count(text(end)) > 1;  // of a range, which has two ends
            if (!isOtherEnd && (end == rule.least || !number.endsLater)) {
                taken << with(text(end));
            }
        }
        for (const auto& word : rule.words) {
            taken << with(QString::fromStdString(word));
        }
        for (const Outcome& o : run(taken)) {
            QVERIFY2(o.status == 1 && o.err.contains(QStringLiteral("missing")), qPrintable(o.err));
        }
    }

    void whatIsKnownOnlyLater_data() {
        QTest::addColumn<QString>("options");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* options, const char* says) {
            QTest::newRow(options) << QString::fromLatin1(options) << QString::fromUtf8(says);
        };
        row("--module mhsa --head 1000", "“--head” takes a whole number from 0 to 7");
        row("--module se --head 0", "--head");
        row("--module mhsa --mute-heads 7,8", "“--mute-heads” takes a whole number from 0 to 7");
        row("--module simam --mute-heads 0", "--mute-heads");
        row("--module se --channel 64", "“--channel” takes a whole number from 0 to 63");
        row("--module simam --channel 64", "“--channel” takes a whole number from 0 to 63");
        row("--module se --mute 3,64", "“--mute” takes a whole number from 0 to 63");
        row("--module se --solo 64", "“--solo” takes a whole number from 0 to 63");
        row("--module se --scale 64=0.5", "“--scale” takes a whole number from 0 to 63");
        if (!bundledModelFolder().empty()) {
            row("--module gc --model fovea-v1 --class 100000", "“--class” takes a whole number from 0 to");
            row("--module gc --model fovea-v1 --class=-1", "“--class” takes a whole number from 0 to");
            row("--module gc --model fovea-v1 --class 0.5", "“--class” takes a whole number from 0 to");
            row("--module gc --model fovea-v1 --class nan", "“--class” takes a whole number from 0 to");
        }
    }

    // The upper end of these options follows from the map, the features or the network, for a picture and for a video.
    void whatIsKnownOnlyLater() {
        QFETCH(QString, options);
        QFETCH(QString, says);
        const QTemporaryDir folder;
        const QString samples = QStringLiteral(FOVEA_SOURCE_DIR "/resources/samples/");
        QList<QStringList> all;
        for (const auto& [input, output] : {std::pair("chelsea.png", "out.png"), std::pair("clip.mp4", "out.mkv")}) {
            all << QStringList{QStringLiteral("render"), samples + QLatin1String(input), QStringLiteral("-o"),
                               folder.filePath(QLatin1String(output))} +
                       options.split(u' ');
        }
        for (const Outcome& o : run(all)) {
            QVERIFY2(o.status == 2 && o.err.contains(says) && o.err.count(u'\n') == 1, qPrintable(o.err));
        }
        QVERIFY(QDir(folder.path()).isEmpty());
    }

    void parameters_data() {
        QTest::addColumn<QString>("module");
        for (const auto* info : modules()) {
            QTest::newRow(info->id.c_str()) << QString::fromStdString(info->id);
        }
    }

    // As text, as it is typed, and as JSON, as sessions, bundles and cases have it.
    void parameters() {
        QFETCH(QString, module);
        const auto& specs = findModule(module.toStdString())->params;
        for (const ParamSpec& spec : specs) {
            const bool isPoint = spec.type == ParamType::Point;
            const bool isList = spec.type == ParamType::IntList;
            if (spec.type != ParamType::Real && spec.type != ParamType::Int && !isPoint && !isList) {
                continue;
            }
            const NumberRule rule{.name = spec.key,
                                  .least = isPoint ? 0.0 : spec.min,
                                  .most = isPoint ? 1.0 : spec.max,
                                  .whole = spec.type == ParamType::Int || isList};
            // Of several numbers the first is the one in question; the others stay.
            const QString form = isPoint ? QStringLiteral("%1,0.5")
                                 : isList
                                     ? QStringLiteral("%1") + QStringLiteral(",%1").arg(spec.min).repeated(spec.leastCount - 1)
                                     : QStringLiteral("%1");
            const auto json = [&](const QString& value) {
                const QString numbers = form.arg(value);
                return QStringLiteral("{\"%1\": %2}")
                    .arg(QString::fromStdString(spec.key), isPoint || isList ? u'[' + numbers + u']' : numbers)
                    .toStdString();
            };
            for (const QString& bad : badTexts(rule)) {
                ParamSet params(specs);
                const auto set = params.setText(specs, spec.key, form.arg(bad).toStdString());
                QVERIFY2(!set && params == ParamSet(specs), qPrintable(bad));
                QVERIFY2(set.error().message().find("“" + spec.key + "”") != std::string::npos, set.error().message().c_str());
            }
            for (const double bad : badNumbers(rule)) {
                const auto read = ParamSet::fromJson(specs, json(text(bad)));
                QVERIFY2(!read, json(text(bad)).c_str());
                QVERIFY2(read.error().message().find("“" + spec.key + "”") != std::string::npos, read.error().message().c_str());
            }
            for (const double end : {rule.least, rule.most}) {
                ParamSet params(specs);
                QVERIFY2(params.setText(specs, spec.key, form.arg(text(end)).toStdString()), spec.key.c_str());
                QVERIFY2(ParamSet::fromJson(specs, json(text(end))), spec.key.c_str());
            }
        }
    }

    void everyNumberOfASessionIsDeclared() {
        const QJsonObject json = QJsonDocument::fromJson(sessionJson(fullSession(picture()))).object();
        QStringList written;
        collectNumbers(json, {}, written);
        written.removeDuplicates();
        written.removeOne(QStringLiteral("fovea"));
        for (const QString& key : written) {
            const bool isParam = key.startsWith(QLatin1String("panes[].params."));
            const auto& rules = sessionRules();
            QVERIFY2(isParam || std::any_of(rules.begin(), rules.end(),
                                            [&key](const NumberRule& r) { return key == QString::fromStdString(r.name); }),
                     qPrintable(key));
        }
        for (const NumberRule& rule : sessionRules()) {
            const QString key = QString::fromStdString(rule.name);
            QVERIFY2(written.contains(key) || key == QLatin1String("panes[].seed"), qPrintable(key));
        }
        QVERIFY(said(*parseSession(sessionJson(fullSession(picture())), "a.fovea")).isEmpty());
    }

    void sessions_data() {
        QTest::addColumn<int>("index");
        for (int k = 0; k < static_cast<int>(sessionRules().size()); ++k) {
            QTest::newRow(sessionRules()[static_cast<std::size_t>(k)].name.c_str()) << k;
        }
    }

    void sessions() {
        QFETCH(int, index);
        const NumberRule& rule = sessionRules()[static_cast<std::size_t>(index)];
        const QString key = firstPlace(rule);
        const QJsonObject json = QJsonDocument::fromJson(sessionJson(fullSession(picture()))).object();
        const auto with = [&](const QJsonValue& value) {
            const QJsonDocument changed(withValue(json, steps(rule), value).toObject());
            return parseSession(changed.toJson(), "a.fovea");
        };
        std::vector<QJsonValue> bad{QStringLiteral("much"), QString(), true, QJsonValue(), QJsonArray{1}, QJsonObject{}};
        for (const double number : badNumbers(rule)) {
            bad.push_back(number);
        }
        if (rule.name == "panes[].seed") {  // a text, so that it is exact
            for (const QString& one : badTexts(rule)) {
                bad.push_back(one);
            }
        }
        for (const QJsonValue& value : bad) {
            const auto opened = with(value);
            QVERIFY(opened);
            const QString shown = QString::fromUtf8(QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact));
            QVERIFY2(names(said(*opened), key), qPrintable(shown + said(*opened).join(u'\n')));
            QCOMPARE(opened->file.state.panes.size(), std::size_t{4});  // all the rest is restored
            const QJsonValue used = valueAt(QJsonDocument::fromJson(sessionJson(opened->file)).object(), steps(rule));
            QVERIFY2(!used.isDouble() || rule.check(used.toDouble()), qPrintable(shown));
        }
        for (const double end : {rule.least, rule.most}) {
            // The ends of a range go together; of an automatic range they may be equal.
            const QString other = rule.name == "style.lo" ? QStringLiteral("style.hi") : QStringLiteral("style.lo");
            const bool isEnd = rule.name == "style.lo" || rule.name == "style.hi";
            const QJsonValue both = isEnd ? withValue(json, other.split(u'.'), end) : QJsonValue(json);
            const QJsonDocument changed(withValue(both, steps(rule), end).toObject());
            const auto opened = parseSession(changed.toJson(), "a.fovea");
            QVERIFY2(!names(said(*opened), key), qPrintable(said(*opened).join(u'\n')));
            const QJsonValue used = valueAt(QJsonDocument::fromJson(sessionJson(opened->file)).object(), steps(rule));
            const double number = used.isString() ? used.toString().toDouble() : used.toDouble(std::nan(""));
            QVERIFY2(std::abs(number - end) <= 1e-6 * std::abs(end), qPrintable(text(end) + u' ' + text(number)));
        }
    }

    void otherValuesOfASessionAreListedToo() {
        const QJsonObject json = QJsonDocument::fromJson(sessionJson(fullSession(picture()))).object();
        const auto problems = [&](const QString& path, const QJsonValue& value) {
            return said(*parseSession(QJsonDocument(withValue(json, path.split(u'.'), value).toObject()).toJson(), "a.fovea"));
        };
        const std::pair<const char*, QJsonValue> bad[] = {{"source.mirror", QStringLiteral("yes")},
                                                          {"style.smooth", 1},
                                                          {"style.colormap", QStringLiteral("jet")},
                                                          {"style.colormap", QStringLiteral("blue-red")},
                                                          {"style.divergingColormap", QStringLiteral("inferno")},
                                                          {"view", 3},
                                                          {"pins", QStringLiteral("none")},
                                                          {"view.difference", QStringLiteral("on")}};
        for (const auto& [path, value] : bad) {
            const QStringList sentences = problems(QString::fromLatin1(path), value);
            QVERIFY2(sentences.size() == 1 && names(sentences, QString::fromLatin1(path)), qPrintable(sentences.join(u'\n')));
        }
        QVERIFY(names(problems(QStringLiteral("panes.[].params.heads"), 1e6), QStringLiteral("panes[0].params.heads")));
        QVERIFY(names(problems(QStringLiteral("panes.[].params.speed"), 3), QStringLiteral("panes[0].params.speed")));
        QVERIFY(names(problems(QStringLiteral("panes.[].params.heads"), QJsonValue()), QStringLiteral("panes[0].params.heads")));
        // A range whose ends are exchanged is none.
        QVERIFY(names(problems(QStringLiteral("style.lo"), 2.0), QStringLiteral("style.hi")));
        // Of very many problems only the first are said.
        QJsonArray factors;
        for (int k = 0; k < 5000; ++k) {
            factors.append(QStringLiteral("x"));
        }
        const QStringList many = problems(QStringLiteral("panes.[].channelFactors"), factors);
        QVERIFY(many.size() > 50 && many.size() < 150 && many.last().contains(QStringLiteral("more")));
    }

    void settings_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QStringList>("bad");
        QTest::addColumn<QStringList>("good");
        for (const NumberRule& rule : settingRules()) {
            QTest::newRow(rule.name.c_str())
                << QString::fromStdString(rule.name) << badTexts(rule) << QStringList{text(rule.least), text(rule.most)};
        }
        const QStringList flags{QStringLiteral("true"), QStringLiteral("false")};
        for (const char* flag :
             {"window/reduced_motion", "overlay/smooth", "features/fine", "features/crop", "features/auto_size"}) {
            QTest::newRow(flag) << QString::fromLatin1(flag)
                                << QStringList{QStringLiteral("perhaps"), QString(), QStringLiteral("2")} << flags;
        }
        QTest::newRow("colour map") << QStringLiteral("overlay/colormap")
                                    << QStringList{QStringLiteral("jet"), QStringLiteral("blue-red"), QString()}
                                    << QStringList{QStringLiteral("viridis")};
        QTest::newRow("theme") << QStringLiteral("window/theme") << QStringList{QStringLiteral("pink"), QString()}
                               << QStringList{QStringLiteral("light"), QStringLiteral("dark")};
        QTest::newRow("language") << QStringLiteral("window/language") << QStringList{QStringLiteral("tlh"), QString()}
                                  << QStringList{QStringLiteral("zh_CN"), QStringLiteral("en")};
        QTest::newRow("mechanism") << QStringLiteral("attention/module") << QStringList{QStringLiteral("nope")}
                                   << QStringList{QStringLiteral("se"), QString()};
    }

    void settings() {
        QFETCH(QString, key);
        QFETCH(QStringList, bad);
        QFETCH(QStringList, good);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder.path());
        const auto with = [&](const QString& value) {
            const QString path = m_folder.filePath(QStringLiteral("fovea/fovea.ini"));
            QFile::remove(path);
            {
                QSettings file(path, QSettings::IniFormat);
                file.setValue(key, value);
            }
            return std::make_unique<Settings>();
        };
        for (const QString& value : bad) {
            const auto settings = with(value);
            QCOMPARE(settings->problems().size(), std::size_t{1});
            const QString sentence = QString::fromStdString(settings->problems().front().message());
            QVERIFY2(sentence.contains(QStringLiteral("“%1”").arg(key)), qPrintable(value + u' ' + sentence));
            QCOMPARE(settings->style(), OverlayStyle());
            QCOMPARE(settings->retina(), RetinaOptions());
            QVERIFY(settings->autoSize() && settings->input() == ModelInput());
            QCOMPARE(settings->theme(), ThemeName::Dark);
            QVERIFY(settings->module().isEmpty());
        }
        for (const QString& value : good) {
            const auto settings = with(value);
            QVERIFY2(settings->problems().empty(), qPrintable(value));
            QCOMPARE(valueOf(*settings, key), value);
        }
    }
};

QTEST_MAIN(TestNumbers)
#include "tst_numbers.moc"
