#include <QTest>

#include "widgets/theme.h"

using namespace fovea;

class TestTheme : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void contrastOfKnownColours() {
        QCOMPARE(qRound(contrastRatio(Qt::black, Qt::white)), 21);
        QCOMPARE(contrastRatio(Qt::red, Qt::red), 1.0);
    }

    void textIsReadable_data() {
        QTest::addColumn<int>("name");
        QTest::newRow("dark") << static_cast<int>(ThemeName::Dark);
        QTest::newRow("light") << static_cast<int>(ThemeName::Light);
    }

    void textIsReadable() {
        QFETCH(int, name);
        const Theme& t = theme(static_cast<ThemeName>(name));
        const std::pair<QColor, QColor> pairs[] = {{t.text, t.window},        {t.text, t.card},         {t.text, t.control},
                                                   {t.text, t.canvas},        {t.text, t.selection},    {t.secondary, t.window},
                                                   {t.secondary, t.card},     {t.secondary, t.control}, {t.secondary, t.canvas},
                                                   {t.onAccent, t.accent},    {t.error, t.window},      {t.error, t.errorSurface},
                                                   {t.secondary, t.selection}};
        for (const auto& [text, surface] : pairs) {
            QVERIFY2(
                contrastRatio(text, surface) >= 4.5,
                qPrintable(QStringLiteral("%1 on %2: %3").arg(text.name(), surface.name()).arg(contrastRatio(text, surface))));
        }
        // Marks which are not text need 3:1.
        for (const auto d : {Domain::Channel, Domain::Spatial, Domain::ChannelSpatial, Domain::Temporal, Domain::SpatialTemporal,
                             Domain::Branch}) {
            QVERIFY(contrastRatio(t.domain(d), t.card) >= 3.0);
            QVERIFY(contrastRatio(t.domain(d), t.window) >= 3.0);
        }
        QVERIFY(contrastRatio(t.focus, t.canvas) >= 3.0);
    }
};

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
