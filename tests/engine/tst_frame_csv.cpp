#include "engine/export/frame_csv.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <locale>

#include "tests/support/files.h"
#include "tests/support/small_disk.h"

using namespace fovea;
using namespace fovea::test;

namespace {

int filesIn(const QTemporaryDir& dir) { return static_cast<int>(QDir(dir.path()).entryList(QDir::Files | QDir::Hidden).size()); }

struct GermanNumbers final : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
};

FrameRow fullRow() {
    FrameRow row;
    row.frame = 1;
    row.sourceIndex = 18446744073709551615ULL;
    row.sourceTime = 0.1;
    row.featuresMilliseconds = 12.25;
    row.overlay = OverlayNumbers{.moduleMilliseconds = 1.0 / 3.0,
                                 .map = "say \"a,b\"",
                                 .min = 0.1F,
                                 .max = 1e-20F,
                                 .mean = 2.0 / 3.0,
                                 .peakX = 4.5,
                                 .peakY = 1000.0,
                                 .rangeLo = -1.5F,
                                 .rangeHi = 1.5F,
                                 .smoothing = 0.2,
                                 .overlayOf = 7};
    return row;
}

}  // namespace

class TestFrameCsv final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void numbersReadBackExactly() {
        const QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("out.csv"));
        const std::locale before = std::locale::global(std::locale(std::locale::classic(), new GermanNumbers));
        auto csv = FrameCsv::create(path.toStdString());
        QVERIFY(csv.ok());
        const bool written = csv->append({.frame = 0, .sourceIndex = 3, .sourceTime = 1.5}).ok() && csv->append(fullRow()).ok() &&
                             csv->close().ok();
        std::locale::global(before);
        QVERIFY(written);
        QVERIFY(!QFile::exists(path));
        QVERIFY(csv->commit().ok());
        QCOMPARE(contents(path),
                 QByteArray("frame,source_index,source_time_s,features_ms,module_ms,map,min,max,mean,peak_x,peak_y,range_lo,"
                            "range_hi,smoothing,overlay_of\n"
                            "0,3,1.5,0,,,,,,,,,,,\n"
                            "1,18446744073709551615,0.1,12.25,0.3333333333333333,\"say \"\"a,b\"\"\",0.1,1e-20,"
                            "0.6666666666666666,4.5,1000,-1.5,1.5,0.2,7\n"));
        QCOMPARE(filesIn(dir), 1);
    }

    void nothingIsLeftWithoutCommit() {
        const QTemporaryDir dir;
        {
            auto csv = FrameCsv::create(dir.filePath(QStringLiteral("out.csv")).toStdString());
            QVERIFY(csv->append(fullRow()).ok() && csv->close().ok());
            QCOMPARE(filesIn(dir), 1);
        }
        QCOMPARE(filesIn(dir), 0);
        QVERIFY(!FrameCsv::create(dir.filePath(QStringLiteral("none/out.csv")).toStdString()).ok());
    }

    void fullDisk() {
        const QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("out.csv"));
        {
            const fovea::test::SmallDisk disk(4096);
            auto csv = FrameCsv::create(path.toStdString());
            bool good = true;
            for (int k = 0; k < 2000 && good; ++k) {
                good = csv->append(fullRow()).ok();
            }
            QVERIFY(!good);
            const auto closed = csv->close();
            QCOMPARE(QString::fromStdString(closed.error().message()),
                     QStringLiteral("There is no room for “%1”; free some space or choose another folder.").arg(path));
            QVERIFY(!csv->commit().ok());
        }
        QCOMPARE(filesIn(dir), 0);
    }
};

QTEST_GUILESS_MAIN(TestFrameCsv)
#include "tst_frame_csv.moc"
