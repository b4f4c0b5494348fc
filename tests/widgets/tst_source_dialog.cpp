#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QTest>

#include "tests/support/view_test.h"
#include "widgets/source_dialog.h"
#include "widgets/theme.h"

using namespace fovea;
using namespace fovea::test;

namespace {

SourceSpec sampleClip() {
    SourceSpec spec;
    spec.kind = SourceKind::Video;
    spec.location = "/samples/clip.mp4";
    return spec;
}

std::vector<CameraInfo> twoCameras() {
    return {{"/dev/video0", "Integrated Camera", {{1920, 1080, 30.0}, {1280, 720, 60.0}, {640, 480, 30.0}}},
            {"/dev/video2", "USB Microscope", {}}};
}

// A dialog which keeps the addresses it asked about; those with "good" in them mean a stream.
struct Fixture {
    std::vector<std::string> asked;
    SourceDialog dialog{[this](const std::string& text) -> Result<SourceSpec> {
                            asked.push_back(text);
                            if (text.find("good") == std::string::npos) {
                                return makeError(ErrorCode::NotFound, "“%1” has no host; write it as http://host/video.", {text});
                            }
                            SourceSpec spec;
                            spec.kind = SourceKind::Stream;
                            spec.location = text;
                            return spec;
                        },
                        sampleClip()};

    Fixture() {
        dialog.show();
        [[maybe_unused]] const bool exposed = QTest::qWaitForWindowExposed(&dialog);
    }
    [[nodiscard]] QPushButton* button(const QString& text) const {
        for (auto* each : dialog.findChildren<QPushButton*>()) {
            if (each->text() == text && each->isVisible()) {
                return each;
            }
        }
        return nullptr;
    }
    [[nodiscard]] bool says(const QString& text) const {
        const auto labels = dialog.findChildren<QLabel*>();
        return std::any_of(labels.begin(), labels.end(),
                           [&](QLabel* label) { return label->isVisible() && label->text().contains(text); });
    }
    [[nodiscard]] QComboBox* combo(const QString& entry) const {
        for (auto* each : dialog.findChildren<QComboBox*>()) {
            if (each->isVisible() && each->findText(entry) >= 0) {
                return each;
            }
        }
        return nullptr;
    }
};

}  // namespace

class TestSourceDialog : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeName::Dark); }
    void init() { failOnWarnings(); }

    void itLooksUntilCamerasCome() {
        Fixture f;
        QVERIFY(f.says(QStringLiteral("Looking for cameras…")));
        QVERIFY(!f.button(QStringLiteral("Start"))->isEnabled());
        QVERIFY(f.button(QStringLiteral("Play the sample clip")) == nullptr);
        QVERIFY(!f.dialog.spec());
        f.dialog.setCameras(twoCameras());
        QVERIFY(!f.says(QStringLiteral("Looking")));
        QVERIFY(f.button(QStringLiteral("Start"))->isEnabled());
    }

    void withoutACameraTheSampleIsOneClickAway() {
        Fixture f;
        f.dialog.setCameras({});
        QVERIFY(f.says(QStringLiteral("No camera was found.")));
        QVERIFY(!f.button(QStringLiteral("Start"))->isEnabled());
        QSignalSpy chosen(&f.dialog, &SourceDialog::chosen);
        QTest::mouseClick(f.button(QStringLiteral("Play the sample clip")), Qt::LeftButton);
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen.at(0).at(0).value<SourceSpec>(), sampleClip());
        QCOMPARE(f.dialog.result(), static_cast<int>(QDialog::Accepted));
    }

    void aCameraIsAskedForTheUsualSizeUnlessSomebodyChooses() {
        Fixture f;
        f.dialog.setCameras(twoCameras());
        auto spec = f.dialog.spec();
        QVERIFY(spec);
        QCOMPARE(spec->kind, SourceKind::Camera);
        QCOMPARE(spec->location, std::string("/dev/video0"));
        QCOMPARE(std::pair(spec->width, spec->height), std::pair(640, 480));
        QCOMPARE(spec->rate, 30.0);
        QVERIFY(spec->mirror);
        f.combo(QStringLiteral("1280 × 720"))->setCurrentIndex(1);
        f.combo(QStringLiteral("60 a second"))->setCurrentIndex(4);
        QTest::mouseClick(f.dialog.findChild<QCheckBox*>(), Qt::LeftButton, {}, QPoint(8, 8));
        spec = f.dialog.spec();
        QCOMPARE(std::pair(spec->width, spec->height), std::pair(1280, 720));
        QCOMPARE(spec->rate, 60.0);
        QVERIFY(!spec->mirror);
        // One which says nothing of itself is left as it likes.
        QTest::keyClick(f.dialog.findChild<QListWidget*>(), Qt::Key_Down);
        spec = f.dialog.spec();
        QCOMPARE(spec->location, std::string("/dev/video2"));
        QCOMPARE(spec->width, 0);
        QCOMPARE(spec->rate, 0.0);
    }

    void enterStarts() {
        Fixture f;
        f.dialog.setCameras(twoCameras());
        QSignalSpy chosen(&f.dialog, &SourceDialog::chosen);
        f.button(QStringLiteral("Cancel"))->setFocus();
        QTest::keyClick(f.button(QStringLiteral("Cancel")), Qt::Key_Return);
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen.at(0).at(0).value<SourceSpec>().location, std::string("/dev/video0"));
        QVERIFY(!f.dialog.isVisible());
        f.dialog.show();
        QTest::keyClick(&f.dialog, Qt::Key_Escape);
        QVERIFY(!f.dialog.isVisible());
        QCOMPARE(chosen.size(), 1);
    }

    void anAddressIsCheckedAsItIsTyped() {
        Fixture f;
        f.dialog.setPage(SourceDialog::Page::Stream);
        auto* start = f.button(QStringLiteral("Start"));
        auto* line = f.dialog.findChild<QLineEdit*>();
        QVERIFY(!start->isEnabled());
        QCOMPARE(line->placeholderText(), QStringLiteral("http://192.168.1.20:8080/video"));
        QTest::keyClicks(line, QStringLiteral("/etc/good"));
        QVERIFY(f.asked.empty());  // no file is touched while somebody types
        QVERIFY(!start->isEnabled() && f.says(QStringLiteral("An address begins with")));
        line->clear();
        QTest::keyClicks(line, QStringLiteral("http://"));
        QVERIFY(!start->isEnabled());
        QVERIFY(f.says(QStringLiteral("“http://” has no host")));
        QVERIFY(countColour(f.dialog.grab().toImage(), f.dialog.rect(), theme().error.rgb(), 40) > 20);
        QTest::keyClicks(line, QStringLiteral("good/video"));
        QVERIFY(start->isEnabled() && !f.says(QStringLiteral("has no host")));
        QCOMPARE(f.dialog.spec()->location, std::string("http://good/video"));
        QCOMPARE(f.dialog.spec()->kind, SourceKind::Stream);
    }

    void recentAddressesAreOffered() {
        Fixture f;
        f.dialog.setPage(SourceDialog::Page::Stream);
        f.dialog.setRecentAddresses({QStringLiteral("http://good/1"), QStringLiteral("rtsp://good/2")});
        QCOMPARE(f.dialog.spec()->location, std::string("http://good/1"));
        f.combo(QStringLiteral("rtsp://good/2"))->setCurrentIndex(1);
        QCOMPARE(f.dialog.spec()->location, std::string("rtsp://good/2"));
    }

    void pagesAreChosenByMouseAndKey() {
        Fixture f;
        const auto segments = f.dialog.findChildren<QRadioButton*>();
        QCOMPARE(segments.size(), 3);
        QTest::mouseClick(segments.at(2), Qt::LeftButton);
        QCOMPARE(f.dialog.page(), SourceDialog::Page::Sample);
        QVERIFY(f.says(QStringLiteral("come with the program")));
        QCOMPARE(*f.dialog.spec(), sampleClip());
        QTest::keyClick(segments.at(2), Qt::Key_Left);
        QCOMPARE(f.dialog.page(), SourceDialog::Page::Stream);
    }

    void itIsTranslatedAnew() {
        Fixture f;
        f.dialog.setCameras(twoCameras());
        BracketTranslator brackets;
        QApplication::installTranslator(&brackets);
        QTRY_VERIFY(f.dialog.windowTitle().startsWith(QLatin1Char('[')));
        QVERIFY(f.button(QStringLiteral("[Start]")) != nullptr);
        QApplication::removeTranslator(&brackets);
        QTRY_VERIFY(f.button(QStringLiteral("Start")) != nullptr);
    }
};

QTEST_MAIN(TestSourceDialog)
#include "tst_source_dialog.moc"
