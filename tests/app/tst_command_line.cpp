// The program as a person calls it from a shell.
// test: both-levels

#include <QDir>
#include <QFile>
#include <QImage>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "app/exporter.h"
#include "engine/attention/registry.h"
#include "engine/models/bundle.h"
#include "engine/pipeline/pipeline.h"
#include "engine/runtime/source_hash.h"
#include "engine/tensor/safetensors.h"
#include "tests/support/files.h"
#include "tests/support/made_result.h"
#include "tests/support/program_run.h"
#include "tests/support/video_files.h"
#include "tests/support/video_reader.h"

using namespace fovea;
using namespace fovea::test;

namespace {

/// Runs the program; with the libraries of another folder where one is given.
Outcome run(const QStringList& arguments, const QString& libraries = {}) {
    return runProgram(arguments, [&libraries](QProcess& program) {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        if (!libraries.isEmpty()) {
            environment.insert(QStringLiteral("LD_LIBRARY_PATH"), libraries);
        }
        for (const char* name : {"QT_QPA_PLATFORM", "DISPLAY", "XDG_RUNTIME_DIR"}) {
            environment.remove(QLatin1String(name));
        }
        program.setProcessEnvironment(environment);
    });
}

/// All files of a folder, the hidden ones too.
QStringList filesOf(const QTemporaryDir& folder) { return QDir(folder.path()).entryList(QDir::Files | QDir::Hidden, QDir::Name); }

/// A recording whose frames look like those of its source.
QStringList recordArguments(const QString& input, const QString& output, const QStringList& more = {}) {
    return QStringList{QStringLiteral("render"),      input,
                       QStringLiteral("-o"),          output,
                       QStringLiteral("--module"),    QStringLiteral("simam"),
                       QStringLiteral("--opacity"),   QStringLiteral("0"),
                       QStringLiteral("--no-caption")} +
           more;
}

const QString kSample = QStringLiteral(FOVEA_SOURCE_DIR "/resources/samples/chelsea.png");

}  // namespace

class TestCommandLine : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void helpAndVersion() {
        for (const auto& arguments :
             {QStringList{QStringLiteral("--help")}, QStringList{QStringLiteral("render"), QStringLiteral("--help")},
              QStringList{QStringLiteral("apply"), QStringLiteral("--help")},
              QStringList{QStringLiteral("modules"), QStringLiteral("--help")}}) {
            const Outcome o = run(arguments);
            QCOMPARE(o.status, 0);
            QVERIFY2(o.out.toLower().contains(QStringLiteral("usage: fovea")), qPrintable(o.out));
            QVERIFY(o.err.isEmpty());
        }
        QVERIFY(run({QStringLiteral("--version")}).out.startsWith(QStringLiteral("fovea 0.")));
    }

    void wrongUseIsStatusTwo_data() {
        QTest::addColumn<QStringList>("arguments");
        const auto row = [](const char* name, const QString& line) { QTest::newRow(name) << line.split(u' '); };
        row("unknown option", QStringLiteral("--nonsense"));
        row("render without files", QStringLiteral("render"));
        row("render without module", QStringLiteral("render a.png -o b.png"));
        row("unknown module", QStringLiteral("render a.png -o b.png --module nope"));
        row("unknown colour map", QStringLiteral("render a.png -o b.png --module simam --colormap jet"));
        row("bad range", QStringLiteral("render a.png -o b.png --module simam --range 1:0"));
        row("range without numbers", QStringLiteral("render a.png -o b.png --module simam --range a:b"));
        row("unknown parameter", QStringLiteral("render a.png -o b.png --module simam --param nope=1"));
        row("parameter without value", QStringLiteral("render a.png -o b.png --module simam --param e_lambda"));
        row("weights for a parameter-free module",
            QStringLiteral("render a.png -o b.png --module simam --weights w.safetensors"));
        row("apply without output", QStringLiteral("apply a.safetensors"));
        row("unknown codec", QStringLiteral("render a.mp4 -o b.mp4 --module simam --codec vp9"));
        row("codec in the wrong container", QStringLiteral("render a.mp4 -o b.avi --module simam --codec h264"));
        row("numbers of a video", QStringLiteral("render a.mp4 -o b.mp4 --module simam --raw c"));
        row("codec of a picture", QStringLiteral("render a.png -o b.png --module simam --codec h264"));
        row("modules with a file", QStringLiteral("modules x"));
        row("a channel which is not there", QStringLiteral("render a.png -o b.png --module se --mute 3,64"));
        row("a factor without a channel", QStringLiteral("render a.png -o b.png --module se --scale 0.5"));
    }

    void wrongUseIsStatusTwo() {
        QFETCH(QStringList, arguments);
        const Outcome o = run(arguments);
        QCOMPARE(o.status, 2);
        QCOMPARE(o.err.count(u'\n'), 1);
        QVERIFY(o.out.isEmpty());
    }

    void failureIsStatusOneAndLeavesNothing_data() {
        QTest::addColumn<QByteArray>("bytes");
        const QByteArray png = contents(kSample);
        QTest::newRow("missing") << QByteArray();
        QTest::newRow("zero bytes") << QByteArray("");
        QTest::newRow("text named png") << QByteArray("this is a letter, not a picture\n");
        QTest::newRow("truncated") << png.left(png.size() / 2);
    }

    void failureIsStatusOneAndLeavesNothing() {
        QFETCH(QByteArray, bytes);
        const QTemporaryDir folder;
        const QString input = folder.filePath(QStringLiteral("in.png"));
        if (!bytes.isNull()) {
            QFile file(input);
            QVERIFY(file.open(QIODevice::WriteOnly));
            QCOMPARE(file.write(bytes), bytes.size());
        }
        const Outcome o = run({QStringLiteral("render"), input, QStringLiteral("-o"), folder.filePath(QStringLiteral("out.png")),
                               QStringLiteral("--module"), QStringLiteral("simam")});
        QCOMPARE(o.status, 1);
        QCOMPARE(o.err.count(u'\n'), 1);
        QVERIFY2(o.err.contains(QStringLiteral("in.png")), qPrintable(o.err));
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files).filter(QStringLiteral("out")).size(), 0);
    }

    void renderDrawsTheSampleAtItsOwnSize() {
        const QTemporaryDir folder;
        const QString out = folder.filePath(QStringLiteral("out.png"));
        const Outcome o = run({QStringLiteral("render"), kSample, QStringLiteral("-o"), out, QStringLiteral("--module"),
                               QStringLiteral("simam"), QStringLiteral("--param"), QStringLiteral("e_lambda=0.01"),
                               QStringLiteral("--colormap"), QStringLiteral("viridis"), QStringLiteral("--raw"),
                               folder.filePath(QStringLiteral("raw"))});
        QVERIFY2(o.status == 0, qPrintable(o.err));
        const QImage original(kSample);
        const QImage drawn(out);
        QCOMPARE(drawn.size(), original.size());
        QVERIFY(drawn != original.convertToFormat(drawn.format()));
        const auto sidecar = nlohmann::json::parse(contents(folder.filePath(QStringLiteral("out.json"))).toStdString());
        const std::string dump = sidecar.dump();
        for (const char* needle : {"chelsea.png", "simam", "parameter-free", "0.01", "Retina", "viridis"}) {
            QVERIFY2(dump.find(needle) != std::string::npos, needle);
        }
        const QStringList raw = QDir(folder.filePath(QStringLiteral("raw"))).entryList(QDir::Files, QDir::Name);
        QVERIFY2(raw.contains(QStringLiteral("chelsea.simam.full.npy")), qPrintable(raw.join(u' ')));
        QVERIFY(raw.contains(QStringLiteral("chelsea.simam.safetensors")));
        QVERIFY(raw.contains(QStringLiteral("chelsea.simam.json")));
        const auto numbers = readSafetensors(folder.filePath(QStringLiteral("raw/chelsea.simam.safetensors")).toStdString());
        QVERIFY(numbers.ok());
    }

    // What is muted and how it is drawn are the same as in the window: the engine gives the very pixels and numbers.
    void renderMutesAndDrawsAsTheWindowDoes() {
        const QTemporaryDir folder;
        const QString out = folder.filePath(QStringLiteral("out.png"));
        const Outcome o = run(
            QStringList{QStringLiteral("render"), kSample, QStringLiteral("-o"), out, QStringLiteral("--raw"), folder.path()} +
            QStringLiteral("--module mhsa --mute 3,17 --scale 5=0.5 --mute-heads 1 --head max --threshold 0.002 --contours 4 "
                           "--brightness --clip-share 5")
                .split(u' '));
        QVERIFY2(o.status == 0, qPrintable(o.err));
        PictureExport what{.field = {.job = {"mhsa"}, .head = kMaxOverHeads}, .figure = {false, false, {}}};
        what.style = {.clipped = true,
                      .clipShare = 0.05,
                      .mode = OverlayMode::Brightness,
                      .thresholded = true,
                      .threshold = 0.002F,
                      .contours = 4};
        ModuleJob job = modelJob(*findModule("mhsa"), RetinaOptions{});
        job.intervention.channels.assign(18, 1.0F);
        job.intervention.channels[3] = job.intervention.channels[17] = 0.0F;
        job.intervention.channels[5] = 0.5F;
        job.intervention.heads = {1.0F, 0.0F};
        Pipeline pipeline;
        const auto frame = loadFrame(kSample);
        const auto result = pipeline.run({.epoch = 1, .frame = *frame, .models = {{RetinaOptions{}, {job}}}}, {});
        QVERIFY(result.ok());
        what.result = *result;
        const auto expected = exportedPicture(what);
        QVERIFY(expected.ok());
        QCOMPARE(QImage(out).convertToFormat(QImage::Format_RGB32), expected->convertToFormat(QImage::Format_RGB32));
        const auto& values = jobAt(**result)->output->frames.back();
        const QByteArray numbers(reinterpret_cast<const char*>(values.data()),
                                 static_cast<qsizetype>(values.size() * sizeof(float)));
        QVERIFY(contents(folder.filePath(QStringLiteral("chelsea.mhsa.output.npy"))).endsWith(numbers));
        job.intervention = {};
        const auto plain = pipeline.run({.epoch = 1, .frame = *frame, .models = {{RetinaOptions{}, {job}}}}, {});
        QVERIFY(plain.ok());
        QVERIFY(std::memcmp(jobAt(**plain)->output->frames.back().data(), values.data(), numbers.size()) != 0);
        // One channel alone is all others muted; a head which is not there is said.
        const QString solo = folder.filePath(QStringLiteral("solo.png"));
        QCOMPARE(run({QStringLiteral("render"), kSample, QStringLiteral("-o"), solo, QStringLiteral("--module"),
                      QStringLiteral("simam"), QStringLiteral("--solo"), QStringLiteral("9")})
                     .status,
                 0);
        const auto said = nlohmann::json::parse(contents(folder.filePath(QStringLiteral("solo.json"))).toStdString());
        std::vector<float> alone(static_cast<std::size_t>(retinaChannels()), 0.0F);
        alone[9] = 1.0F;
        QVERIFY2(said["intervention"]["channels"].get<std::vector<float>>() == alone, said.dump().c_str());
    }

    void bothLibraryLevelsAgree_data() {
        QTest::addColumn<QString>("module");
        for (const char* id : {"simam", "hard_topk", "se", "cbam", "coord", "gc", "sagan", "mhsa"}) {
            QTest::newRow(id) << QString::fromLatin1(id);
        }
    }

    void bothLibraryLevelsAgree() {
        if (FOVEA_LEVEL_COUNT == 1) {
            QSKIP("This build has one level of the kernels.");
        }
        QFETCH(QString, module);
        const QTemporaryDir folder;
        std::map<QString, SafetensorsFile> numbers;
        for (const auto& libraries : {QStringLiteral(FOVEA_BINARY_DIR "/lib"), QStringLiteral(FOVEA_BINARY_DIR "/lib-base")}) {
            const QString raw = folder.filePath(QStringLiteral("raw"));
            const Outcome o = run({QStringLiteral("render"), kSample, QStringLiteral("-o"),
                                   folder.filePath(QStringLiteral("out.png")), QStringLiteral("--module"), module,
                                   QStringLiteral("--stride"), QStringLiteral("32"), QStringLiteral("--raw"), raw},
                                  libraries);
            QVERIFY2(o.status == 0, qPrintable(o.err));
            auto file = readSafetensors((raw + QStringLiteral("/chelsea.%1.safetensors").arg(module)).toStdString());
            QVERIFY(file.ok());
            numbers.emplace(libraries, *std::move(file));
        }
        const auto& a = numbers.begin()->second;
        const auto& b = numbers.rbegin()->second;
        QCOMPARE(a.tensors.size(), b.tensors.size());
        QVERIFY(a.tensors.size() >= 2);
        for (const auto& [name, tensor] : a.tensors) {
            const auto& other = b.tensors.at(name);
            QCOMPARE(tensor.shape, other.shape);
            float largest = 0.0F;
            float worst = 0.0F;
            for (std::size_t i = 0; i < tensor.values.size(); ++i) {
                largest = std::max(largest, std::abs(tensor.values[i]));
                worst = std::max(worst, std::abs(tensor.values[i] - other.values[i]));
            }
            QVERIFY2(worst <= 1e-4F * largest, qPrintable(QString::fromStdString(name) + QStringLiteral(": %1").arg(worst)));
        }
    }

    void renderingTwiceGivesTheSameBytes() {
        const QTemporaryDir folder;
        for (const char* name : {"a.png", "b.png"}) {
            QCOMPARE(run({QStringLiteral("render"), kSample, QStringLiteral("-o"), folder.filePath(QLatin1String(name)),
                          QStringLiteral("--module"), QStringLiteral("cbam"), QStringLiteral("--figure")})
                         .status,
                     0);
        }
        QCOMPARE(contents(folder.filePath(QStringLiteral("a.png"))), contents(folder.filePath(QStringLiteral("b.png"))));
    }

    void everyFrameOfAVideoIsRecorded() {
        const QTemporaryDir folder;
        const QString film = folder.filePath(QStringLiteral("film.mp4"));
        QVERIFY(writeVideo(film.toStdString(), {.frames = 20}));
        const QString out = folder.filePath(QStringLiteral("out.mkv"));
        const Outcome o = run(recordArguments(film, out, {QStringLiteral("--codec"), QStringLiteral("ffv1")}));
        QVERIFY2(o.status == 0, qPrintable(o.err));
        QVERIFY(o.err.isEmpty());
        QCOMPARE(o.out, QStringLiteral("%1\n%2\n%3\n")
                            .arg(out, folder.filePath(QStringLiteral("out.csv")), folder.filePath(QStringLiteral("out.json"))));
        const auto frames = readVideo(out);
        QCOMPARE(frames.size(), std::size_t{20});
        for (int k = 0; k < 20; ++k) {
            QCOMPARE(numberOf(frames[static_cast<std::size_t>(k)].pixels), k);
            QVERIFY(std::abs(frames[static_cast<std::size_t>(k)].time - k / 25.0) <= 0.001);
        }
        QCOMPARE(contents(folder.filePath(QStringLiteral("out.csv"))).count('\n'), 21);
    }

    void everyPictureOfAFolderIsRecorded() {
        const QTemporaryDir folder;
        QVERIFY(QDir(folder.path()).mkdir(QStringLiteral("pictures")));
        for (int k = 0; k < 12; ++k) {
            const auto path = folder.filePath(QStringLiteral("pictures/%1.png").arg(k)).toStdString();
            QVERIFY(cv::imwrite(path, numberedPicture(k, 161, 97)));
        }
        const QString out = folder.filePath(QStringLiteral("out.avi"));
        const Outcome o = run(recordArguments(folder.filePath(QStringLiteral("pictures")), out,
                                              {QStringLiteral("--beside"), QStringLiteral("--no-csv")}));
        QVERIFY2(o.status == 0, qPrintable(o.err));
        const auto frames = readVideo(out);
        QCOMPARE(frames.size(), std::size_t{12});
        for (int k = 0; k < 12; ++k) {
            const cv::Mat& pixels = frames[static_cast<std::size_t>(k)].pixels;
            QCOMPARE(pixels.cols, 322);
            QCOMPARE(pixels.rows, 97);
            QCOMPARE(numberOf(pixels.colRange(0, 161)), k);
            QCOMPARE(numberOf(pixels.colRange(161, 322)), k);
        }
        QCOMPARE(filesOf(folder), (QStringList{QStringLiteral("out.avi"), QStringLiteral("out.json")}));
    }

    void recordingsWhichFailLeaveNothing_data() {
        QTest::addColumn<QString>("input");
        QTest::addColumn<QString>("says");
        QTest::newRow("a picture") << kSample << QStringLiteral("single picture");
        QTest::newRow("a stream") << QStringLiteral("rtsp://127.0.0.1:9/x") << QStringLiteral("is live");
        QTest::newRow("nothing") << QStringLiteral("/none/film.mp4") << QStringLiteral("/none/film.mp4");
        QTest::newRow("no video") << QStringLiteral(FOVEA_SOURCE_DIR "/README.md") << QStringLiteral("README.md");
    }

    void recordingsWhichFailLeaveNothing() {
        QFETCH(QString, input);
        QFETCH(QString, says);
        const QTemporaryDir folder;
        const Outcome o = run(recordArguments(input, folder.filePath(QStringLiteral("out.mp4"))));
        QCOMPARE(o.status, 1);
        QCOMPARE(o.err.count(u'\n'), 1);
        QVERIFY2(o.err.contains(says), qPrintable(o.err));
        QVERIFY(o.out.isEmpty());
        QCOMPARE(filesOf(folder), QStringList());
    }

    void applyEqualsTheVectors() {
        const QDir golden(QStringLiteral(FOVEA_SOURCE_DIR "/tests/golden"));
        const QTemporaryDir folder;
        const QStringList cases = golden.entryList({QStringLiteral("*__1.safetensors")}, QDir::Files);
        QVERIFY(cases.size() >= 10);
        for (const auto& name : cases) {
            // The expected values are replaced by nonsense first: they must not be read.
            auto input = readSafetensors(golden.filePath(name).toStdString());
            QVERIFY(input.ok());
            const auto expected = *input;
            const auto tolerances = nlohmann::json::parse(expected.metadata.at("tolerance_abs"));
            for (auto& [key, tensor] : input->tensors) {
                if (key == "output" || key.starts_with("attn.")) {
                    tensor = Tensor(Shape{1}, {12345.0F});
                }
            }
            const QString in = folder.filePath(name);
            QFile file(in);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(QByteArray::fromStdString(safetensorsBytes(*input)));
            file.close();
            const QString out = folder.filePath(QStringLiteral("out.safetensors"));
            const Outcome o = run({QStringLiteral("apply"), in, QStringLiteral("-o"), out});
            QVERIFY2(o.status == 0, qPrintable(name + o.err));
            const auto result = readSafetensors(out.toStdString());
            QVERIFY(result.ok());
            for (const auto& [key, tolerance] : tolerances.items()) {
                if (key.starts_with("aux.")) {
                    continue;
                }
                QVERIFY2(result->tensors.contains(key), key.c_str());
                const auto& a = result->tensors.at(key);
                const auto& b = expected.tensors.at(key);
                QCOMPARE(a.shape, b.shape);
                double worst = 0.0;
                for (std::size_t i = 0; i < a.values.size(); ++i) {
                    worst = std::max(worst, std::abs(static_cast<double>(a.values[i]) - b.values[i]));
                }
                QVERIFY2(worst <= tolerance.get<double>(), qPrintable(name + QString::fromStdString(key)));
            }
        }
    }

    void aModelsTrainedWeightsAreUsed() {
        if (bundledModelFolder().empty()) {
            QSKIP("built without the bundle");
        }
        const QTemporaryDir folder;
        const auto described = [&folder](const QStringList& more) {
            const QString out = folder.filePath(QStringLiteral("out.png"));
            const Outcome done =
                run(QStringList{QStringLiteral("render"), kSample, QStringLiteral("-o"), out, QStringLiteral("--model"),
                                QStringLiteral("fovea-v1"), QStringLiteral("--module"), QStringLiteral("gc")} +
                    more);
            return done.status == 0 ? nlohmann::json::parse(contents(folder.filePath(QStringLiteral("out.json"))).toStdString())
                                    : nlohmann::json(done.err.toStdString());
        };
        const auto trained = described({QStringLiteral("--clipped")});
        QVERIFY2(trained.is_object(), trained.dump().c_str());
        QVERIFY(trained["weights"]["kind"] == "trained");
        QVERIFY(trained["features"]["model"] == "fovea-v1");
        QVERIFY(trained["style"]["range"][1] == trained["field"]["clippedMax"]);
        QVERIFY(trained["field"]["clippedMax"].get<double>() < trained["field"]["max"].get<double>());
        QVERIFY(described({QStringLiteral("--seed"), QStringLiteral("3")})["weights"]["kind"] == "random");
        QVERIFY(described({QStringLiteral("--fine")})["field"]["height"] == 2 * trained["field"]["height"].get<int>());
        const auto square = described({QStringLiteral("--crop")})["field"];
        QVERIFY(square["height"] == square["width"]);
        // A query is a place of the picture, though the network sees its middle only: 451 × 300.
        const QStringList asking{QStringLiteral("--module"), QStringLiteral("mhsa"), QStringLiteral("--query"),
                                 QStringLiteral("0.7,0.3")};
        for (const auto& field :
             {described(asking)["field"], described(asking + QStringList{QStringLiteral("--crop")})["field"]}) {
            QVERIFY2(std::abs(field["asked"]["x"].get<double>() - 0.7 * 451.0) < 1e-6, field.dump().c_str());
            QVERIFY(std::abs(field["asked"]["y"].get<double>() - 0.3 * 300.0) < 1e-6);
        }
        QVERIFY(described({QStringLiteral("--class"), QStringLiteral("Goldfish")})["field"]["what"] == "goldfish");
        QVERIFY(described({QStringLiteral("--class"), QStringLiteral("unicorn")}).get<std::string>().find("unicorn") !=
                std::string::npos);
        const auto least =
            described({QStringLiteral("--module"), QStringLiteral("mhsa"), QStringLiteral("--head"), QStringLiteral("min")});
        QVERIFY(least["field"]["head"] == "minimum");
        const Outcome lost =
            run({QStringLiteral("render"), kSample, QStringLiteral("-o"), folder.filePath(QStringLiteral("x.png")),
                 QStringLiteral("--model"), folder.path(), QStringLiteral("--module"), QStringLiteral("gc")});
        QCOMPARE(lost.status, 1);
        QVERIFY2(lost.err.contains(QStringLiteral("manifest.json")) && lost.err.count(u'\n') == 1, qPrintable(lost.err));
    }

    void theReadmeHasTheTableOfToday() {
        QFile file(QStringLiteral(FOVEA_SOURCE_DIR "/README.md"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QString readme = QString::fromUtf8(file.readAll());
        const QString begin = QStringLiteral("<!-- modules -->\n");
        const auto from = readme.indexOf(begin) + begin.size();
        const QString written = readme.mid(from, readme.indexOf(QStringLiteral("<!-- /modules -->")) - from);
        const Outcome table = run({QStringLiteral("modules"), QStringLiteral("--table")});
        QCOMPARE(table.status, 0);
        QVERIFY2(written == table.out, "README.md is out of date; run ./dev table");
        QCOMPARE(table.out.count(u'\n'), run({QStringLiteral("modules")}).out.count(u'\n') + 2);  // heading and rule
    }

    void modulesAreListed() {
        const Outcome text = run({QStringLiteral("modules")});
        QCOMPARE(text.status, 0);
        QVERIFY(text.out.contains(QStringLiteral("cbam")));
        const Outcome json = run({QStringLiteral("modules"), QStringLiteral("--json")});
        const auto all = nlohmann::json::parse(json.out.toStdString());
        QVERIFY(all.size() >= 10);
        QCOMPARE(static_cast<qsizetype>(all.size()), text.out.trimmed().count(u'\n') + 1);
        for (const auto& module : all) {
            QVERIFY(!module.at("id").get<std::string>().empty() && !module.at("reference").get<std::string>().empty());
        }
    }
};

QTEST_MAIN(TestCommandLine)
#include "tst_command_line.moc"
