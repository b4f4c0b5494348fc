#include <QSignalSpy>
#include <QTest>

#include <opencv2/core.hpp>

#include "tests/support/made_result.h"
#include "tests/support/view_test.h"
#include "widgets/filmstrip.h"
#include "widgets/theme.h"

using namespace fovea;
using namespace fovea::test;

namespace {

const std::vector<const ModuleInfo*>& seven() {
    static const std::vector<ModuleInfo> kInfos = [] {
        std::vector<ModuleInfo> infos;
        for (const char* id : {"se", "cbam", "coord", "mhsa", "gc", "simam", "eca"}) {
            ModuleInfo info;
            info.id = id;
            info.title = std::string("Title ") + id;
            infos.push_back(info);
        }
        return infos;
    }();
    static const std::vector<const ModuleInfo*> kPointers = [] {
        std::vector<const ModuleInfo*> all;
        for (const auto& info : kInfos) {
            all.push_back(&info);
        }
        return all;
    }();
    return kPointers;
}

// A frame of this size with the first `ready` modules finished.
std::shared_ptr<FrameResult> makeResult(int width, int height, std::size_t ready) {
    auto result = std::make_shared<FrameResult>(madeResult({}, nullptr));
    result->frame.width = width;
    result->frame.height = height;
    result->frame.source = std::make_shared<SourceInfo>();
    result->frame.pixels = std::make_shared<cv::Mat>(height, width, CV_8UC3, cv::Scalar(0, 0, 0));
    for (std::size_t k = 0; k < 6; ++k) {
        if (k < ready) {
            addJob(*result, jobOf(*seven()[k]));
        } else {
            addUnfinished(*result, seven()[k]->id);
        }
    }
    return result;
}

void answer(Filmstrip& strip, const QList<QVariant>& signal, const cv::Scalar& bgr) {
    RenderedOverlay rendered;
    rendered.request = signal.at(1).value<OverlayRequest>();
    rendered.pixels = std::make_shared<cv::Mat>(rendered.request.viewport.height, rendered.request.viewport.width, CV_8UC4, bgr);
    strip.setRendered(signal.at(0).toString(), rendered);
}

const QRgb kBlue = qRgb(50, 100, 200);
const cv::Scalar kBlueBgr(200, 100, 50, 255);

}  // namespace

class TestFilmstrip : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeName::Dark); }
    void init() { failOnWarnings(); }

    void showsAtMostSix() {
        Filmstrip strip;
        strip.setModules(seven());
        QCOMPARE(strip.modules().size(), std::size_t{6});
        QVERIFY(strip.thumbRect(QStringLiteral("eca")).isNull());
        QCOMPARE(strip.sizeHint().height(), 80);
    }

    void asksForModulesAsTheyGetReady() {
        Filmstrip strip;
        strip.setModules(seven());
        showAt(strip, 872, 80);
        QSignalSpy asked(&strip, &Filmstrip::renderRequested);
        auto result = makeResult(300, 200, 2);
        strip.setResult(result, {});
        QCOMPARE(asked.size(), 2);
        QCOMPARE(asked.at(0).at(0).toString(), QStringLiteral("se"));
        const auto request = asked.at(1).at(1).value<OverlayRequest>();
        QCOMPARE(request.field->job.source, std::string("cbam"));
        QCOMPARE(request.viewport.width, 78);
        QCOMPARE(request.viewport.height, 52);
        QVERIFY(qAbs(request.viewport.zoom - 0.26) < 1e-9);
        auto next = std::make_shared<FrameResult>(*result);  // the next snapshot of the same pass
        next->models.front().jobs[2] = makeResult(300, 200, 3)->models.front().jobs[2];
        strip.setResult(next, {});
        QCOMPARE(asked.size(), 3);
        QCOMPARE(asked.at(2).at(0).toString(), QStringLiteral("coord"));
    }

    void aNewStyleIsDrawnAnew() {
        Filmstrip strip;
        strip.setModules(seven());
        showAt(strip, 872, 80);
        const auto result = makeResult(300, 200, 6);
        strip.setResult(result, {});
        QSignalSpy asked(&strip, &Filmstrip::renderRequested);
        OverlayStyle style;
        style.colormap = "viridis";
        strip.setResult(result, style);
        QCOMPARE(asked.size(), 6);
        QCOMPARE(asked.at(5).at(1).value<OverlayRequest>().style.colormap, std::string("viridis"));
    }

    void paintsThePixelsInTheAspectOfThePicture_data() {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::newRow("wide") << 300 << 100;
        QTest::newRow("tall") << 100 << 300;
        QTest::newRow("square") << 64 << 64;
        QTest::newRow("7×13") << 7 << 13;
        QTest::newRow("1×1") << 1 << 1;
        QTest::newRow("extreme") << 5000 << 3;
    }

    void paintsThePixelsInTheAspectOfThePicture() {
        QFETCH(int, width);
        QFETCH(int, height);
        Filmstrip strip;
        strip.setModules(seven());
        showAt(strip, 872, 80);
        QSignalSpy asked(&strip, &Filmstrip::renderRequested);
        strip.setResult(makeResult(width, height, 6), {});
        const QRect box = strip.thumbRect(QStringLiteral("coord"));
        QVERIFY(box.width() <= 88 && box.height() <= 52);
        QVERIFY(box.width() == 88 || box.height() == 52);
        answer(strip, asked.at(2), kBlueBgr);
        const QImage image = strip.grab().toImage();
        QCOMPARE(countColour(image, box, kBlue), box.width() * box.height());
        QCOMPARE(countColour(image, image.rect(), kBlue), box.width() * box.height());
    }

    void theCurrentOneIsOutlined() {
        Filmstrip strip;
        strip.setModules(seven());
        showAt(strip, 872, 80);
        strip.setResult(makeResult(300, 200, 6), {});
        strip.setCurrent(QStringLiteral("cbam"));
        const QImage image = strip.grab().toImage();
        const QRect box = strip.thumbRect(QStringLiteral("cbam"));
        QVERIFY(countColour(image, QRect(box.left() - 3, box.center().y(), 3, 1), theme().accent.rgb()) == 2);
        QVERIFY(countColour(image, QRect(box.right() + 1, box.center().y(), 3, 1), theme().accent.rgb()) == 2);
        const QRect other = strip.thumbRect(QStringLiteral("se")).adjusted(-4, -4, 4, 4);
        QCOMPARE(countColour(image, other, theme().accent.rgb()), 0);
    }

    void clicksAndKeysChoose() {
        Filmstrip strip;
        strip.setModules(seven());
        showAt(strip, 872, 80);
        QSignalSpy chosen(&strip, &Filmstrip::chosen);
        QTest::mouseClick(&strip, Qt::LeftButton, {}, strip.thumbRect(QStringLiteral("coord")).center());
        QCOMPARE(chosen.last().at(0).toString(), QStringLiteral("coord"));
        QTest::keyClick(&strip, Qt::Key_Right);
        QCOMPARE(chosen.last().at(0).toString(), QStringLiteral("mhsa"));
        QTest::keyClick(&strip, Qt::Key_Left);
        QCOMPARE(chosen.last().at(0).toString(), QStringLiteral("coord"));
        QTest::keyClick(&strip, Qt::Key_End);
        QCOMPARE(chosen.last().at(0).toString(), QStringLiteral("simam"));
        QTest::keyClick(&strip, Qt::Key_Home);
        QCOMPARE(chosen.last().at(0).toString(), QStringLiteral("se"));
        const auto before = chosen.size();
        QTest::mouseClick(&strip, Qt::LeftButton, {}, QPoint(2, 40));
        QCOMPARE(chosen.size(), before);
    }

    void anErrorIsSaidInItsSlot() {
        Filmstrip strip;
        strip.setModules(seven());
        showAt(strip, 872, 80);
        auto result = makeResult(300, 200, 6);
        auto failed = jobOf(*seven()[1]);
        failed->output = makeError(ErrorCode::BadShape, "It needs %1 channels; choose another backbone.", {"8"});
        result->models.front().jobs[1].result = failed;
        QSignalSpy asked(&strip, &Filmstrip::renderRequested);
        strip.setResult(result, {});
        QCOMPARE(asked.size(), 5);
        const QImage image = strip.grab().toImage();
        QVERIFY(countColour(image, strip.thumbRect(QStringLiteral("cbam")), theme().error.rgb(), 40) > 10);
        QCOMPARE(countColour(image, strip.thumbRect(QStringLiteral("se")), theme().error.rgb(), 40), 0);
        QVERIFY(strip.textSummary().contains(QStringLiteral("2 Title cbam: It needs 8 channels; choose another backbone.")));
    }

    void thumbnailsOfAnotherPictureAreDropped() {
        Filmstrip strip;
        strip.setModules(seven());
        showAt(strip, 872, 80);
        QSignalSpy asked(&strip, &Filmstrip::renderRequested);
        strip.setResult(makeResult(300, 200, 6), {});
        const auto old = asked.at(0);
        answer(strip, old, kBlueBgr);
        strip.setResult(makeResult(300, 200, 0), {});
        QCOMPARE(countColour(strip.grab().toImage(), strip.rect(), kBlue), 0);
        answer(strip, old, kBlueBgr);
        QCOMPARE(countColour(strip.grab().toImage(), strip.rect(), kBlue), 0);
    }

    void anOlderFrameNeverCoversANewerOne() {
        Filmstrip strip;
        strip.setModules(seven());
        showAt(strip, 872, 80);
        QSignalSpy asked(&strip, &Filmstrip::renderRequested);
        const auto first = makeResult(300, 200, 1);
        strip.setResult(first, {});
        auto second = std::make_shared<FrameResult>(*makeResult(300, 200, 1));
        second->frame.source = first->frame.source;
        second->frame.sequence = 2;
        first->frame.sequence = 1;
        first->frame.index = 7;  // a person has jumped back since
        strip.setResult(second, {});
        QCOMPARE(asked.size(), 2);
        answer(strip, asked.at(1), kBlueBgr);
        answer(strip, asked.at(0), cv::Scalar(0, 0, 255, 255));
        QVERIFY(countColour(strip.grab().toImage(), strip.rect(), kBlue) > 1000);
    }

    void narrowStripsStayInside() {
        Filmstrip strip;
        strip.setModules(seven());
        for (const int width : {872, 400, 260}) {
            strip.resize(width, 80);
            strip.setResult(makeResult(300, 200, 6), {});
            for (const auto* info : strip.modules()) {
                QVERIFY(strip.rect().contains(strip.thumbRect(QString::fromStdString(info->id))));
            }
        }
    }

    void screenReaderHearsTheTitles() {
        Filmstrip strip;
        QCOMPARE(described(strip), strip.textSummary());
        strip.setModules(seven());
        strip.setCurrent(QStringLiteral("cbam"));
        QCOMPARE(described(strip), strip.textSummary());
        QVERIFY(strip.textSummary().startsWith(QStringLiteral("1 Title se; 2 Title cbam (shown); 3 Title coord")));
    }

    void focusIsSeenAndLanguageChanges() {
        Filmstrip strip;
        strip.setModules(seven());
        strip.setCurrent(QStringLiteral("cbam"));
        showAt(strip, 872, 80);
        strip.activateWindow();
        strip.setFocus();
        QTRY_VERIFY(strip.hasFocus());
        QVERIFY(countColour(strip.grab().toImage(), strip.rect(), theme().focus.rgb()) > 50);
        BracketTranslator brackets;
        QApplication::installTranslator(&brackets);
        QTRY_VERIFY(strip.accessibleName().startsWith(QLatin1Char('[')));
        QApplication::removeTranslator(&brackets);
    }
};

QTEST_MAIN(TestFilmstrip)
#include "tst_filmstrip.moc"
