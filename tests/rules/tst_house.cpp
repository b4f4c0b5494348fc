// The rules of the house: layers, rooms, what crosses the library's border, complete translations.

#include <QDirIterator>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

namespace {

const QString kSource = QStringLiteral(FOVEA_SOURCE_DIR "/");

QStringList sources(const QStringList& folders) {
    QStringList files;
    for (const auto& folder : folders) {
        QDirIterator it(kSource + folder, {QStringLiteral("*.cpp"), QStringLiteral("*.h")}, QDir::Files,
                        QDirIterator::Subdirectories);
        while (it.hasNext()) {
            files << it.next();
        }
    }
    return files;
}

QString contents(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

/// Lines of these folders' sources which match, as "path: line".
QStringList matches(const QStringList& folders, const QString& pattern, const QString& exceptBelow = {}) {
    const QRegularExpression expression(pattern, QRegularExpression::MultilineOption);
    QStringList found;
    for (const auto& path : sources(folders)) {
        if (!exceptBelow.isEmpty() && path.startsWith(kSource + exceptBelow)) {
            continue;
        }
        const auto match = expression.match(contents(path));
        if (match.hasMatch()) {
            found << path.mid(kSource.size()) + QStringLiteral(": ") + match.captured();
        }
    }
    return found;
}

/// The ways in which code can ask a map for its kind.
const QString kKindTest = QStringLiteral("^.*(\\basKind<|\\b(get|get_if|holds_alternative)<\\w*Map>|\\bvisit\\(.*\\bkind\\b).*");

/// The rooms of the engine: each knows those before it, and all know the files which are in no room.
const QStringList kRooms{QStringLiteral("io"),     QStringLiteral("tensor"),    QStringLiteral("kernels"),
                         QStringLiteral("graph"),  QStringLiteral("attention"), QStringLiteral("modules"),
                         QStringLiteral("source"), QStringLiteral("models"),    QStringLiteral("pipeline"),
                         QStringLiteral("render"), QStringLiteral("export"),    QStringLiteral("evaluation"),
                         QStringLiteral("runtime")};

/// "file: header" for each header of a room which the file, at a path in the source tree, may not know.
QStringList upwardIncludes(const QString& path, const QString& text) {
    static const QRegularExpression kInclude(QStringLiteral("^#include \"(engine/(\\w+)/[^\"]+)\""),
                                             QRegularExpression::MultilineOption);
    const auto own = kRooms.indexOf(path.section(u'/', 1, 1));
    QStringList found;
    for (auto it = kInclude.globalMatch(text); it.hasNext();) {
        const auto match = it.next();
        if (kRooms.indexOf(match.captured(2)) > own) {
            found << path + QStringLiteral(": ") + match.captured(1);
        }
    }
    return found;
}

}  // namespace

class TestHouse : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theSourcesAreFound() {
        QVERIFY(sources({QStringLiteral("engine")}).size() > 30);
        QVERIFY(!matches({QStringLiteral("engine/runtime")}, QStringLiteral("#include <QObject>")).isEmpty());
    }

    void layersHold_data() {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("except");
        QTest::addColumn<QString>("forbidden");
        QTest::newRow("no Qt in the engine") << "engine"
                                             << "engine/runtime/"
                                             << "^#include [<\"]Q.*";
        QTest::newRow("only QtCore in the runtime")
            << "engine/runtime" << QString()
            << "^#include <Q(Widget|Image|Pixmap|Painter|Application|GuiApplication|Color|Font).*";
        QTest::newRow("no runtime in the widgets") << "widgets" << QString() << "^#include \"(engine/runtime|app)/.*";
        QTest::newRow("no widgets in the figures")
            << "widgets/figure" << QString() << "^#include (<QWidget>|<QtWidgets.*|\"widgets/(?!figure|engine_text).*)";
        QTest::newRow("no widgets in the session")
            << "app/session" << QString()
            << "^#include (<Q(tWidgets|tGui|Widget|Image|Pixmap|Painter|Application|GuiApplication|Color|Font).*|\"widgets/.*)";
        QTest::newRow("the session knows nothing of the rest of the program")
            << "app/session" << QString() << "^#include \"app/(?!session/).*";
        QTest::newRow("no workspace knows the window or its controls")
            << "app/workspaces" << QString()
            << "^#include \"app/(main_window|window_program|shell/(?!(desk|exports|samples|workspace|workspaces)\\.h)).*";
        QTest::newRow("the list alone knows the workspaces") << "app/shell"
                                                             << "app/shell/workspace_list.cpp"
                                                             << "^#include \"app/workspaces/.*";
        QTest::newRow("the engine knows nothing above it") << "engine" << QString() << "^#include \"(widgets|app)/.*";
        QTest::newRow("no highgui in the engine") << "engine" << QString() << "highgui";
        QTest::newRow("no highgui in the app") << "app" << QString() << "highgui";
        for (const char* folder : {"app", "engine"}) {
            QTest::addRow("background jobs of %s are BackgroundJobs", folder)
                << folder << QString() << "^.*(QThreadPool::globalInstance|QThread::create|QtConcurrent).*";
        }
        // Code which depends on the kind of a map is in the kind's file. The matrix is the card of pairwise maps alone.
        for (const char* folder : {"app", "engine/export", "engine/evaluation", "engine/runtime", "engine/pipeline"}) {
            QTest::addRow("no test of a map's kind in %s", folder) << folder << QString() << kKindTest;
        }
        QTest::newRow("no test of a map's kind in the views") << "engine/render"
                                                              << "engine/render/kinds/" << kKindTest;
        QTest::newRow("no test of a map's kind in the widgets") << "widgets"
                                                                << "widgets/matrix_view.cpp" << kKindTest;
    }

    void layersHold() {
        QFETCH(QString, folder);
        QFETCH(QString, except);
        QFETCH(QString, forbidden);
        const QStringList found = matches({folder}, forbidden, except);
        QVERIFY2(found.isEmpty(), qPrintable(found.join(u'\n')));
    }

    void aTestOfAKindIsFound() {
        const QRegularExpression expression(kKindTest, QRegularExpression::MultilineOption);
        for (const char* planted : {"const auto* map = asKind<FullMap>(of);", "auto& m = std::get<PairwiseMap>(map->kind);",
                                    "if (std::get_if<ChannelMap>(&map.kind)) {", "std::holds_alternative<FullMap>(map.kind)",
                                    "return std::visit(Width(), map.kind);"}) {
            QVERIFY2(expression.match(QLatin1String(planted)).hasMatch(), planted);
        }
        QVERIFY(!expression.match(QStringLiteral("std::get_if<NetworkModel>(&model)")).hasMatch());
    }

    void everyRoomHasItsPlace() {
        const QStringList folders = QDir(kSource + QStringLiteral("engine")).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
        QCOMPARE(QSet<QString>(folders.begin(), folders.end()), QSet<QString>(kRooms.begin(), kRooms.end()));
    }

    void roomsKnowOnlyThoseBefore() {
        QStringList found;
        for (const auto& path : sources({QStringLiteral("engine")})) {
            found << upwardIncludes(path.mid(kSource.size()), contents(path));
        }
        QVERIFY2(found.isEmpty(), qPrintable(found.join(u'\n')));
    }

    void anUpwardIncludeIsFound() {
        const QString planted = QStringLiteral("#include \"engine/io/read_file.h\"\n#include \"engine/render/field.h\"\n");
        QCOMPARE(upwardIncludes(QStringLiteral("engine/tensor/npy.cpp"), planted),
                 QStringList(QStringLiteral("engine/tensor/npy.cpp: engine/render/field.h")));
        QCOMPARE(upwardIncludes(QStringLiteral("engine/result.h"), planted).size(), 2);  // what is in no room knows none
        QCOMPARE(upwardIncludes(QStringLiteral("engine/runtime/worker.cpp"), planted), QStringList());
    }

    // Eigen's loops depend on the instruction set. onnx_tensor.cpp reads half floats with Eigen's type.
    void kernelsAloneIncludeEigen() {
        const QStringList found =
            matches({QStringLiteral("engine")}, QStringLiteral("^#include <Eigen.*"), QStringLiteral("engine/kernels"));
        QCOMPARE(found, QStringList(QStringLiteral("engine/graph/onnx_tensor.cpp: #include <Eigen/Core>")));
        const QStringList headers = matches({QStringLiteral("engine/kernels")}, QStringLiteral("^#include <Eigen.*"))
                                        .filter(QRegularExpression(QStringLiteral("\\.h: ")));
        QVERIFY2(headers.isEmpty(), qPrintable(headers.join(u'\n')));
    }

    void noWidgetKnowsAModule() {
        QDirIterator it(kSource + QStringLiteral("engine/modules"), {QStringLiteral("*.cpp")}, QDir::Files);
        QStringList ids;
        while (it.hasNext()) {
            it.next();
            ids << it.fileInfo().baseName();
        }
        QVERIFY(ids.size() >= 10);
        const QStringList found = matches({QStringLiteral("widgets")}, QStringLiteral("\"(%1)\"").arg(ids.join(u'|')));
        QVERIFY2(found.isEmpty(), qPrintable(found.join(u'\n')));
    }

    void noEigenSymbolCrossesTheBorder() {
        const auto symbols = [](const QString& path) {
            QProcess nm;
            nm.start(QStringLiteral("nm"), {QStringLiteral("-DC"), path});
            return nm.waitForFinished() ? QString::fromUtf8(nm.readAllStandardOutput()) : QString();
        };
        QDirIterator it(QStringLiteral(FOVEA_BINARY_DIR "/lib"), {QStringLiteral("libfovea_kernels.so")}, QDir::Files,
                        QDirIterator::Subdirectories);
        int levels = 0;
        while (it.hasNext()) {
            const QString found = symbols(it.next());
            QVERIFY(found.contains(QStringLiteral("fovea::FeatureMap")));
            QVERIFY2(!found.contains(QStringLiteral("Eigen::")), qPrintable(it.filePath()));
            ++levels;
        }
        QCOMPARE(levels, FOVEA_LEVEL_COUNT);
        const QString engine = symbols(QStringLiteral(FOVEA_BINARY_DIR "/lib/libfovea_engine.so"));
        QVERIFY(engine.contains(QStringLiteral("fovea::Pipeline")));
        QVERIFY(!engine.contains(QStringLiteral("Eigen::")));
        QVERIFY(!symbols(QStringLiteral(FOVEA_BINARY_DIR "/bin/fovea")).contains(QStringLiteral("Eigen::")));
    }

    void theProgramPicksTheLevelOfItsKernels() {
        const auto level = [](const QString& libraries) {
            QProcess fovea;
            QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
            environment.remove(QStringLiteral("LD_LIBRARY_PATH"));
            if (!libraries.isEmpty()) {
                environment.insert(QStringLiteral("LD_LIBRARY_PATH"), libraries);
            }
            fovea.setProcessEnvironment(environment);
            fovea.start(QStringLiteral(FOVEA_BINARY_DIR "/bin/fovea"), {QStringLiteral("--version")});
            return fovea.waitForFinished() ? QString::fromUtf8(fovea.readAllStandardOutput()) : QString();
        };
        if (FOVEA_LEVEL_COUNT == 1) {
            QVERIFY(level({}).contains(QStringLiteral("x86-64)")));
            return;
        }
        QProcess loader;
        loader.start(QStringLiteral("/lib64/ld-linux-x86-64.so.2"), {QStringLiteral("--help")});
        QVERIFY(loader.waitForFinished());
        const QString help = QString::fromUtf8(loader.readAllStandardOutput());
        QString own = QStringLiteral("x86-64");
        for (const auto& higher : {QStringLiteral("x86-64-v3"), QStringLiteral("x86-64-v4")}) {
            own = help.contains(higher + QStringLiteral(" (supported")) ? higher : own;
        }
        QVERIFY(level({}).contains(own + u')'));
        QVERIFY(level(QStringLiteral(FOVEA_BINARY_DIR "/lib-base")).contains(QStringLiteral("x86-64)")));
    }

    void everyStringIsTranslated() {
        QFile file(kSource + QStringLiteral("resources/i18n/fovea_zh_CN.ts"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QXmlStreamReader xml(&file);
        QStringList open;
        QString source;
        int messages = 0;
        while (!xml.atEnd()) {
            xml.readNext();
            if (!xml.isStartElement()) {
                continue;
            }
            if (xml.name() == QLatin1String("source")) {
                source = xml.readElementText();
                ++messages;
            } else if (xml.name() == QLatin1String("translation")) {
                const bool unfinished = xml.attributes().value(QLatin1String("type")) == QLatin1String("unfinished");
                const QString text = xml.readElementText(QXmlStreamReader::IncludeChildElements).trimmed();
                if (unfinished || text.isEmpty()) {
                    open << source;
                }
                // Places must survive the translation.
                for (int i = 1; i <= 4; ++i) {
                    const QString place = QStringLiteral("%%1").arg(i);
                    if (source.contains(place) != text.contains(place)) {
                        open << source + QStringLiteral(" → ") + text;
                    }
                }
            }
        }
        QVERIFY(!xml.hasError());
        QVERIFY(messages > 150);
        QVERIFY2(open.isEmpty(), qPrintable(open.join(u'\n')));
    }

    void translationsAreUpToDate() {
        QTemporaryDir folder;
        const QString copy = folder.filePath(QStringLiteral("fovea_zh_CN.ts"));
        QVERIFY(QFile::copy(kSource + QStringLiteral("resources/i18n/fovea_zh_CN.ts"), copy));
        QProcess lupdate;
        QStringList arguments{QStringLiteral("-I"),
                              kSource,
                              QStringLiteral("-no-obsolete"),
                              QStringLiteral("-locations"),
                              QStringLiteral("none"),
                              QStringLiteral("-silent"),
                              QStringLiteral("-tr-function-alias"),
                              QStringLiteral("QT_TRANSLATE_NOOP+=FOVEA_TEXT")};
        arguments << sources({QStringLiteral("app"), QStringLiteral("widgets"), QStringLiteral("engine")})
                  << QStringLiteral("-ts") << copy;
        lupdate.start(QStringLiteral(FOVEA_LUPDATE), arguments);
        QVERIFY2(lupdate.waitForFinished(), qPrintable(lupdate.errorString()));
        QCOMPARE(lupdate.exitCode(), 0);
        const QRegularExpression sourceText(QStringLiteral("<source>(.*?)</source>"),
                                            QRegularExpression::DotMatchesEverythingOption);
        const auto texts = [&](const QString& path) {
            QStringList list;
            auto it = sourceText.globalMatch(contents(path));
            while (it.hasNext()) {
                list << it.next().captured(1);
            }
            list.sort();
            return list;
        };
        QCOMPARE(texts(copy), texts(kSource + QStringLiteral("resources/i18n/fovea_zh_CN.ts")));
    }
};

QTEST_GUILESS_MAIN(TestHouse)
#include "tst_house.moc"
