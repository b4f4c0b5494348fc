// The sizes of classes: how much one has, how much it does, and over how many files it is spread.

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace {

constexpr int kMostMembers = 25;
constexpr int kMostMethods = 40;
constexpr int kMostFiles = 2;          // .cpp files which implement it
constexpr int kMostWindowLines = 300;  // of the main window, with its header

const QString kWindow = QStringLiteral("fovea::MainWindow");

/// What ctags counts of a class or struct. Classes within it count for themselves.
struct ClassSize {
    QString name;
    QString header;  ///< the file with its definition
    int from = 0;    ///< lines of it
    int to = 0;
    int members = 0;
    int methods = 0;  ///< as they are declared: slots, signals and each overload, too
    std::set<QString> files = {};

    [[nodiscard]] bool holds(const QString& path, int line) const { return path == header && line >= from && line <= to; }
};

/// The output of ctags for these files and folders, as objects; none when it fails.
std::vector<QJsonObject> tagsOf(const QStringList& places) {
    QProcess ctags;
    // To ctags the macro of Qt is no end of an access specifier, so that it would not see the signal behind it.
    QStringList arguments{QStringLiteral("-R"),
                          QStringLiteral("--languages=C++"),
                          QStringLiteral("--c++-kinds=+pfmcs"),
                          QStringLiteral("--fields=+KsZne"),
                          QStringLiteral("--extras=-q"),
                          QStringLiteral("-D"),
                          QStringLiteral("Q_SIGNALS=public"),
                          QStringLiteral("--output-format=json"),
                          QStringLiteral("-f"),
                          QStringLiteral("-")};
    ctags.start(QStringLiteral(FOVEA_CTAGS), arguments + places);
    std::vector<QJsonObject> tags;
    if (!ctags.waitForFinished(120000) || ctags.exitCode() != 0) {
        return tags;
    }
    for (const QByteArray& line : ctags.readAllStandardOutput().split('\n')) {
        const QJsonObject tag = QJsonDocument::fromJson(line).object();
        if (tag[QStringLiteral("_type")].toString() == QLatin1String("tag")) {
            tags.push_back(tag);
        }
    }
    return tags;
}

QString textOf(const QJsonObject& tag, const char* key) { return tag[QLatin1String(key)].toString(); }

/// Counts a tag which is within a class.
void count(const QJsonObject& tag, std::vector<ClassSize*> named) {
    const QString kind = textOf(tag, "kind");
    const QString path = textOf(tag, "path");
    const int line = tag[QStringLiteral("line")].toInt();
    const auto inside = std::find_if(named.begin(), named.end(), [&](const ClassSize* of) { return of->holds(path, line); });
    // What is declared in the class and defined elsewhere is counted where it is declared.
    if (inside != named.end()) {
        (*inside)->members += kind == QLatin1String("member") ? 1 : 0;
        (*inside)->methods += kind == QLatin1String("prototype") || kind == QLatin1String("function") ? 1 : 0;
        named = {*inside};
    }
    if (kind == QLatin1String("function") && path.endsWith(QLatin1String(".cpp"))) {
        for (ClassSize* of : named) {
            of->files.insert(path);
        }
    }
}

/// All classes in these files and folders.
std::vector<ClassSize> classesIn(const QStringList& places) {
    const auto tags = tagsOf(places);
    std::vector<ClassSize> classes;
    for (const QJsonObject& tag : tags) {
        const QString kind = textOf(tag, "kind");
        if (kind == QLatin1String("class") || kind == QLatin1String("struct")) {
            const QString scope = textOf(tag, "scope");
            const QString name = scope.isEmpty() ? textOf(tag, "name") : scope + QStringLiteral("::") + textOf(tag, "name");
            classes.push_back(
                {name, textOf(tag, "path"), tag[QStringLiteral("line")].toInt(), tag[QStringLiteral("end")].toInt()});
        }
    }
    std::map<QString, std::vector<ClassSize*>> byName;
    for (ClassSize& each : classes) {
        byName[each.name].push_back(&each);
    }
    for (const QJsonObject& tag : tags) {
        const QString scopeKind = textOf(tag, "scopeKind");
        if (scopeKind == QLatin1String("class") || scopeKind == QLatin1String("struct")) {
            count(tag, byName[textOf(tag, "scope")]);
        }
    }
    return classes;
}

int linesOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? static_cast<int>(file.readAll().count('\n')) : 0;
}

/// One sentence for each limit which a class exceeds.
QStringList faultsOf(const ClassSize& of) {
    QStringList faults;
    const auto judge = [&](int size, int most, const char* what) {
        if (size > most) {
            faults << QStringLiteral("%1 has %2 %3; %4 are the most.").arg(of.name).arg(size).arg(QLatin1String(what)).arg(most);
        }
    };
    judge(of.members, kMostMembers, "data members");
    judge(of.methods, kMostMethods, "methods");
    judge(static_cast<int>(of.files.size()), kMostFiles, ".cpp files");
    if (of.name == kWindow) {
        int lines = linesOf(of.header);
        for (const QString& file : of.files) {
            lines += linesOf(file);
        }
        judge(lines, kMostWindowLines, "lines");
    }
    return faults;
}

/// All classes of the program.
const std::vector<ClassSize>& ourClasses() {
    static const QString kSource = QStringLiteral(FOVEA_SOURCE_DIR "/");
    static const auto kClasses =
        classesIn({kSource + QStringLiteral("app"), kSource + QStringLiteral("engine"), kSource + QStringLiteral("widgets")});
    return kClasses;
}

/// The faults of all of them.
QStringList faultsIn(const std::vector<ClassSize>& classes) {
    QStringList faults;
    for (const ClassSize& each : classes) {
        faults << faultsOf(each);
    }
    return faults;
}

/// A folder of planted sources.
struct Planted {
    QTemporaryDir folder;

    void write(const QString& name, const QString& text) const {
        QFile file(folder.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text.toUtf8()) > 0);
    }
    [[nodiscard]] QStringList faults() const { return faultsIn(classesIn({folder.path()})); }
};

/// "int m_1 = 1;" so many times.
QString members(int count) {
    QString text;
    for (int k = 0; k < count; ++k) {
        text += QStringLiteral("    int m_%1 = %1;\n").arg(k);
    }
    return text;
}

/// Declarations of so many methods.
QString methods(int count) {
    QString text;
    for (int k = 0; k < count; ++k) {
        text += QStringLiteral("    void does%1();\n").arg(k);
    }
    return text;
}

}  // namespace

class TestClasses : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(QFileInfo(QStringLiteral(FOVEA_CTAGS)).isExecutable(),
                 "ctags is missing: install the package universal-ctags, and configure again.");
    }

    void noClassIsTooLarge() {
        const QStringList faults = faultsIn(ourClasses());
        QVERIFY2(faults.isEmpty(), qPrintable(faults.join(u'\n')));
    }

    void theClassesAreFound() {
        const auto& classes = ourClasses();
        QVERIFY(classes.size() > 400);
        const auto canvas = std::find_if(classes.begin(), classes.end(),
                                         [](const ClassSize& each) { return each.name == QLatin1String("fovea::Canvas"); });
        QVERIFY(canvas != classes.end());
        QVERIFY(canvas->methods > 20 && canvas->members >= 1 && !canvas->files.empty());
    }

    void aClassAtTheLimitsPasses() {
        const Planted planted;
        planted.write(QStringLiteral("full.h"), QStringLiteral("namespace n {\nclass Full {\npublic:\n") + methods(kMostMethods) +
                                                    QStringLiteral("private:\n") + members(kMostMembers) +
                                                    QStringLiteral("};\n}\n"));
        planted.write(QStringLiteral("one.cpp"),
                      QStringLiteral("#include \"full.h\"\nnamespace n {\nvoid Full::does0() {}\nvoid Full::does1() {}\n}\n"));
        planted.write(QStringLiteral("two.cpp"), QStringLiteral("#include \"full.h\"\nvoid n::Full::does2() {}\n"));
        QCOMPARE(classesIn({planted.folder.path()}).size(), std::size_t{1});
        QCOMPARE(classesIn({planted.folder.path()}).front().methods, kMostMethods);
        QCOMPARE(planted.faults(), QStringList());
    }

    void aGiantOfMembersIsFound() {
        const Planted planted;
        planted.write(QStringLiteral("giant.h"), QStringLiteral("struct Giant {\n") + members(26) + QStringLiteral("};\n"));
        QCOMPARE(planted.faults(), QStringList(QStringLiteral("Giant has 26 data members; 25 are the most.")));
    }

    // Overloads count each, what is defined in the class counts, and what is defined elsewhere counts once.
    void aGiantOfMethodsIsFound() {
        const Planted planted;
        planted.write(QStringLiteral("giant.h"),
                      QStringLiteral("namespace n {\nclass Giant : public QObject {\n    Q_OBJECT\npublic:\n") + methods(36) +
                          QStringLiteral("    void does0(int more);\n    int is() const { return 1; }\n"
                                         "public Q_SLOTS:\n    void slot();\n"
                                         "Q_SIGNALS:\n    void first();\n    void second();\n};\n}\n"));
        planted.write(QStringLiteral("giant.cpp"),
                      QStringLiteral("#include \"giant.h\"\nvoid n::Giant::does0() {}\nvoid n::Giant::does0(int) {}\n"));
        QCOMPARE(planted.faults(), QStringList(QStringLiteral("n::Giant has 41 methods; 40 are the most.")));
    }

    void aClassSpreadOverThreeFilesIsFound() {
        const Planted planted;
        planted.write(QStringLiteral("spread.h"), QStringLiteral("class Spread {\n") + methods(3) + QStringLiteral("};\n"));
        for (int k = 0; k < 3; ++k) {
            planted.write(QStringLiteral("spread%1.cpp").arg(k),
                          QStringLiteral("#include \"spread.h\"\nvoid Spread::does%1() {}\n").arg(k));
        }
        QCOMPARE(planted.faults(), QStringList(QStringLiteral("Spread has 3 .cpp files; 2 are the most.")));
    }

    void aClassWithinAnotherCountsForItself() {
        const Planted planted;
        planted.write(QStringLiteral("outer.h"),
                      QStringLiteral("class Outer {\n    struct State;\n") + members(20) + QStringLiteral("};\n"));
        planted.write(QStringLiteral("outer.cpp"),
                      QStringLiteral("#include \"outer.h\"\nstruct Outer::State {\n") + members(27) + QStringLiteral("};\n"));
        QCOMPARE(planted.faults(), QStringList(QStringLiteral("Outer::State has 27 data members; 25 are the most.")));
    }

    void theWindowHasFewLines() {
        const Planted planted;
        planted.write(QStringLiteral("main_window.h"),
                      QStringLiteral("namespace fovea {\nclass MainWindow {\n    void open();\n};\n}\n"));
        const QString opens = QStringLiteral("#include \"main_window.h\"\nvoid fovea::MainWindow::open() {}\n");
        planted.write(QStringLiteral("main_window.cpp"), opens + QString(293, u'\n'));
        QCOMPARE(planted.faults(), QStringList());
        planted.write(QStringLiteral("main_window.cpp"), opens + QString(294, u'\n'));
        QCOMPARE(planted.faults(), QStringList(QStringLiteral("fovea::MainWindow has 301 lines; 300 are the most.")));
    }
};

QTEST_GUILESS_MAIN(TestClasses)
#include "tst_classes.moc"
