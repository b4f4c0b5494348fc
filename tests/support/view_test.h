#pragma once

#include <QAccessible>
#include <QApplication>
#include <QFontMetrics>
#include <QImage>
#include <QRegularExpression>
#include <QTest>
#include <QTranslator>
#include <QWidget>

namespace fovea::test {

/// Any warning fails the running test but what the offscreen platform itself prints about sizes, popups and the keyboard.
inline void failOnWarnings() {
    QTest::failOnWarning(QRegularExpression(
        QStringLiteral("^(?!.*(propagateSizeHints|raise\\(\\)|grabbing the keyboard|XDG_RUNTIME_DIR|runtime directory))")));
}

/// Shows a view on its own at this size.
inline void showAt(QWidget& view, int width, int height) {
    view.resize(width, height);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
}

/// How many pixels of `area` have this colour, to within `slack` per channel (text is antialiased).
inline int countColour(const QImage& image, const QRect& area, QRgb colour, int slack = 0) {
    const auto near = [colour, slack](QRgb c) {
        return qAbs(qRed(c) - qRed(colour)) <= slack && qAbs(qGreen(c) - qGreen(colour)) <= slack &&
               qAbs(qBlue(c) - qBlue(colour)) <= slack;
    };
    int count = 0;
    for (int y = area.top(); y <= area.bottom(); ++y) {
        for (int x = area.left(); x <= area.right(); ++x) {
            count += image.rect().contains(x, y) && near(image.pixel(x, y)) ? 1 : 0;
        }
    }
    return count;
}

/// Answers every text with the same text in brackets, so that a text which is not translated again shows.
class BracketTranslator final : public QTranslator {
public:
    [[nodiscard]] QString translate(const char*, const char* text, const char*, int) const override {
        return QStringLiteral("[%1]").arg(QString::fromUtf8(text));
    }
    [[nodiscard]] bool isEmpty() const override { return false; }
};

/// What a screen reader is told of a view.
inline QString described(QWidget& view) {
    QAccessibleInterface* reader = QAccessible::queryAccessibleInterface(&view);
    return reader == nullptr ? QString() : reader->text(QAccessible::Description);
}

}  // namespace fovea::test
