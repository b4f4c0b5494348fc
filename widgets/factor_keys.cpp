#include "widgets/factor_keys.h"

#include <QCoreApplication>
#include <QKeyEvent>
#include <QMenu>

#include <algorithm>

#include "widgets/engine_text.h"

namespace fovea {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(fovea::Factors)
};

/// Soloed already, it gives the others back.
void solo(std::vector<float>& factors, float& own) {
    const auto sounding = std::count_if(factors.begin(), factors.end(), [](float f) { return f != 0.0F; });
    const bool again = sounding == 1 && own != 0.0F && factors.size() > 1;
    std::fill(factors.begin(), factors.end(), again ? 1.0F : 0.0F);
    own = 1.0F;
}

}  // namespace

int factorKey(const QKeyEvent& event) {
    const bool plain = (event.modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier)) == 0;
    return !plain ? 0 : event.key() == Qt::Key_Equal ? int{Qt::Key_Plus} : event.key();
}

std::optional<std::vector<float>> factorsAfter(std::vector<float> factors, int index, int total, int key) {
    if (key == Qt::Key_R) {
        return std::vector<float>();
    }
    if (index < 0 || index >= total) {
        return std::nullopt;
    }
    factors.resize(static_cast<std::size_t>(total), 1.0F);
    float& own = factors[static_cast<std::size_t>(index)];
    switch (key) {
        case Qt::Key_M:
            own = own == 0.0F ? 1.0F : 0.0F;
            break;
        case Qt::Key_S:
            solo(factors, own);
            break;
        case Qt::Key_Plus:
        case Qt::Key_Minus:
            own = std::clamp(own + (key == Qt::Key_Plus ? kFactorStep : -kFactorStep), 0.0F, kMostFactor);
            break;
        default:
            return std::nullopt;
    }
    if (std::all_of(factors.begin(), factors.end(), [](float f) { return f == 1.0F; })) {
        factors.clear();
    }
    return factors;
}

std::vector<int> pinsAfter(std::vector<int> pins, int index) {
    if (std::erase(pins, index) == 0) {
        pins.push_back(index);
    }
    return pins;
}

void addFactorActions(QMenu& menu, float factor, bool pinned, bool any, const std::function<void(int key)>& act) {
    const auto add = [&](const QString& text, const QString& shown, int key) {
        auto* made = menu.addAction(text + QLatin1Char('\t') + shown);
        QObject::connect(made, &QAction::triggered, &menu, [act, key] { act(key); });
        return made;
    };
    add(factor == 0.0F ? Text::tr("Unmute") : Text::tr("Mute"), QStringLiteral("M"), Qt::Key_M);
    add(Text::tr("Solo"), QStringLiteral("S"), Qt::Key_S);
    add(pinned ? Text::tr("Unpin") : Text::tr("Pin"), QStringLiteral("P"), Qt::Key_P);
    menu.addSeparator();
    add(Text::tr("More by 0.25"), QStringLiteral("+"), Qt::Key_Plus)->setEnabled(factor < kMostFactor);
    add(Text::tr("Less by 0.25"), QStringLiteral("−"), Qt::Key_Minus)->setEnabled(factor > 0.0F);
    menu.addSeparator();
    add(Text::tr("Reset all"), QStringLiteral("R"), Qt::Key_R)->setEnabled(any);
}

QString factorText(float factor) { return QStringLiteral("×%1").arg(numberText(static_cast<double>(factor))); }

QString factorName(float factor) {
    return factor == 0.0F ? Text::tr("muted") : factor == 1.0F ? QString() : Text::tr("scaled %1").arg(factorText(factor));
}

}  // namespace fovea
