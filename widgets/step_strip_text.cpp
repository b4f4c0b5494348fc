#include <cmath>

#include "widgets/engine_text.h"
#include "widgets/step_strip_state.h"

namespace fovea {

QString StepStrip::State::name(int k) const { return engineText(card(k).name); }

QString StepStrip::State::shape(int k) const {
    QStringList extents;
    for (const auto extent : card(k).shape) {
        extents << QString::number(extent);
    }
    return extents.isEmpty() ? tr("one number") : extents.join(QStringLiteral(" × "));
}

QString StepStrip::State::numbers(int k) const {
    if (!picture(k).ready) {
        return {};
    }
    const StepNumbers& n = picture(k).rendered.numbers;
    return QStringLiteral("%1 · %2 · %3")
        .arg(numberText(static_cast<double>(n.min)), numberText(n.mean), numberText(static_cast<double>(n.max)));
}

QStringList StepStrip::State::exactNumbers(int k) const {
    if (!picture(k).ready) {
        return {};
    }
    const StepNumbers& n = picture(k).rendered.numbers;
    QStringList out{tr("min %1").arg(exactNumberText(static_cast<double>(n.min))), tr("mean %1").arg(exactNumberText(n.mean)),
                    tr("max %1").arg(exactNumberText(static_cast<double>(n.max)))};
    if (n.notFinite > 0) {
        out << tr("not finite: %1").arg(n.notFinite);
    }
    return out;
}

QString StepStrip::State::kind(int k) const {
    switch (card(k).picture) {
        case StepPicture::Bars: {
            const int shared = picture(k).ready ? picture(k).rendered.numbersPerBar : 1;
            return shared > 1 ? tr("one bar for up to %1 channels: the largest magnitude among them").arg(shared)
                              : tr("one bar per channel");
        }
        case StepPicture::Map:
            return tr("a map over the picture");
        case StepPicture::MeanMap:
            return tr("the mean over channels of |x|");
        case StepPicture::Matrix:
            return tr("a matrix: rows down, columns across");
        case StepPicture::Histogram:
            return tr("how often each value occurs");
    }
    return {};
}

QString StepStrip::State::readingAt(int k, const QPointF& position) const {
    const QRect at = pictureOf(k);
    if (!at.contains(position.toPoint()) || !result || !module) {
        return {};
    }
    const double x = (position.x() - at.left()) / at.width();
    const double y = (position.y() - at.top()) / at.height();
    if (card(k).picture == StepPicture::Histogram) {
        const auto& bins = picture(k).rendered.bins;
        if (bins.empty() || x < 0.0 || x >= 1.0) {
            return {};
        }
        const auto bin = static_cast<std::size_t>(x * static_cast<double>(bins.size()));
        const auto edge = [&](std::size_t b) {
            const StepNumbers& n = picture(k).rendered.numbers;
            const double span = static_cast<double>(n.max) - static_cast<double>(n.min);
            return numberText(static_cast<double>(n.min) + span * static_cast<double>(b) / static_cast<double>(bins.size()));
        };
        return tr("%1 … %2: %3 numbers").arg(edge(bin), edge(bin + 1)).arg(bins[bin]);
    }
    const auto read = readStep(stepValues(*result->find(job.model), *module, k), card(k).picture, x, y);
    if (!read) {
        return {};
    }
    const QString value = exactNumberText(static_cast<double>(read->value));
    return card(k).picture == StepPicture::Bars ? tr("channel %1: %2").arg(read->column).arg(value)
                                                : tr("row %1, column %2: %3").arg(read->row).arg(read->column).arg(value);
}

QString StepStrip::State::toolTip(int k, const QPointF& position) const {
    QStringList lines{name(k)};
    if (!card(k).equation.empty()) {
        lines << QString::fromStdString(card(k).equation);
    }
    lines << tr("%1: %2").arg(shape(k), kind(k));
    lines << exactNumbers(k);
    const QString reading = readingAt(k, position);
    if (!reading.isEmpty()) {
        lines << reading;
    }
    return lines.join(QLatin1Char('\n'));
}

QString StepStrip::State::emptyText() const {
    if (module && !module->output) {
        return errorText(module->output.error());
    }
    return tr("Choose a mechanism and open a picture: its steps from the features to the output appear here.");
}

QString StepStrip::textSummary() const {
    const State& s = *m_state;
    if (s.cards.empty()) {
        return s.emptyText();
    }
    const auto described = [&s](int k) {
        const QString numbers = s.numbers(k);
        return QStringLiteral("%1 %2, %3%4")
            .arg(k + 1)
            .arg(s.name(k), s.shape(k), numbers.isEmpty() ? QString() : QStringLiteral(", ") + numbers);
    };
    QStringList parts;
    for (int k = 0; k < s.count(); ++k) {
        parts << described(k);
    }
    QString text = tr("%1 steps (smallest, mean, largest): %2.").arg(s.count()).arg(parts.join(QStringLiteral("; ")));
    const int told = s.chosen >= 0 ? s.chosen : hasFocus() ? s.selected : -1;
    if (told >= 0 && told < s.count()) {
        QStringList needs;
        for (const int need : s.card(told).needs) {
            needs << s.name(need);
        }
        text += QLatin1Char(' ') + (s.chosen >= 0 ? tr("Enlarged: %1.") : tr("Here: %1.")).arg(s.name(told));
        if (!s.card(told).equation.empty()) {
            text += QLatin1Char(' ') + QString::fromStdString(s.card(told).equation) + QLatin1Char('.');
        }
        if (!needs.isEmpty()) {
            text += QLatin1Char(' ') + tr("Computed from: %1.").arg(needs.join(QStringLiteral(", ")));
        }
    }
    return text;
}

}  // namespace fovea
