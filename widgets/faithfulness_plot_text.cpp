#include <QPushButton>

#include <algorithm>

#include "widgets/engine_text.h"
#include "widgets/faithfulness_plot_state.h"

namespace fovea {

void FaithfulnessPlot::State::retranslate() {
    start->setText(tr("Start"));
    start->setToolTip(tr("Run the network on the picture again and again, ever more of it blurred or shown"));
    cancel->setText(tr("Cancel"));
    save->setText(tr("Save CSV…"));
    save->setToolTip(tr("Save curves, areas and changes with all their digits"));
    tellState();
}

// Which buttons there are, and what the line beside them says.
void FaithfulnessPlot::State::tellState() {
    start->setVisible(!running);
    start->setEnabled(available);
    cancel->setVisible(running);
    save->setEnabled(result != nullptr && !running);
    QString text = message;
    if (text.isEmpty() && running) {
        text = total > 0 ? tr("%1 of %2 runs of the network").arg(done).arg(total) : tr("Starting…");
    } else if (text.isEmpty() && result) {
        text = tr("%1 %2 with %3 · %4")
                   .arg(QString::fromStdString(result->className), numberText(result->probability),
                        QString::fromStdString(result->module), engineText(result->map));
    }
    line->setText(text);
    placeHeader();
}

QString FaithfulnessPlot::State::intro() const {
    return tr(
        "Start blurs away what the map points at, step by step, and shows how far the guess falls, beside a random order and "
        "one from the centre outwards; then it mutes each channel and head in turn.");
}

QString FaithfulnessPlot::State::orderName(int order) const {
    const std::string& name = result->orders[static_cast<std::size_t>(order)].name;
    if (name == "map") {
        return tr("map");
    }
    return name == "random" ? tr("random") : name == "centre" ? tr("centre") : QString::fromStdString(name);
}

QString FaithfulnessPlot::State::chartName(bool shown) const { return shown ? tr("Shown first") : tr("Blurred first"); }

QString FaithfulnessPlot::State::effectName(int row) const {
    const FaithfulnessEffect& of = effect(row);
    if (of.head) {
        return headLabel(of.index);
    }
    return of.name.empty() ? tr("channel %1").arg(of.index) : QStringLiteral("%1 %2").arg(of.index).arg(engineText(of.name));
}

QString FaithfulnessPlot::State::shortName(int row) const {
    const FaithfulnessEffect& of = effect(row);
    return of.head || !of.name.empty() ? effectName(row) : tr("ch. %1").arg(of.index);
}

QString FaithfulnessPlot::State::change(double value) const {
    return value > 0.0 ? QLatin1Char('+') + numberText(value) : numberText(value);
}

QString FaithfulnessPlot::State::readingOf(bool shown, int k, bool exact) const {
    QStringList parts;
    for (int order = 0; order < orders(); ++order) {
        const FaithfulnessCurve& of = curve(shown, order);
        if (k < static_cast<int>(of.probabilities.size())) {
            const double p = of.probabilities[static_cast<std::size_t>(k)];
            parts << QStringLiteral("%1 %2").arg(orderName(order), exact ? exactNumberText(p) : numberText(p));
        }
    }
    const QString share = numberText(100.0 * curve(shown, 0).shares[static_cast<std::size_t>(k)]);
    return (shown ? tr("%1 % shown: %2") : tr("%1 % blurred: %2")).arg(share, parts.join(QStringLiteral(", ")));
}

QString FaithfulnessPlot::State::toolTip(const QPoint& position) const {
    const int k = rowAt(position);
    if (k >= 0) {
        return tr("%1 muted: probability %2, logit %3")
            .arg(effectName(k), exactNumberText(effect(k).probability), exactNumberText(effect(k).logit));
    }
    for (const bool shown : {false, true}) {
        if (hasCurves() && plot(shown).contains(position)) {
            return readingOf(shown, pointAt(shown, position.x()), true);
        }
        if (hasCurves() && chartBox(shown).contains(position)) {
            return shown
                       ? tr("The first cells of a blurred picture are shown first: a good map rises fast, and has a large area.")
                       : tr("The first cells are blurred first: a good map falls fast, and has a small area.");
        }
    }
    return {};
}

QString FaithfulnessPlot::textSummary() const {
    const State& s = *m_state;
    QStringList parts;
    if (s.running) {
        parts << tr("Running: %1 of %2 runs of the network.").arg(s.done).arg(s.total);
    }
    if (!s.message.isEmpty()) {
        parts << s.message;
    }
    if (!s.result) {
        parts << s.intro();
        return parts.join(QLatin1Char(' '));
    }
    parts << tr("%1 %2 with %3.")
                 .arg(QString::fromStdString(s.result->className), numberText(s.result->probability),
                      QString::fromStdString(s.result->module));
    for (const bool shown : {false, true}) {
        QStringList areas;
        for (int order = 0; order < s.orders(); ++order) {
            areas << QStringLiteral("%1 %2").arg(s.orderName(order), numberText(s.curve(shown, order).area));
        }
        if (!areas.isEmpty()) {
            parts << tr("%1, area under the curve: %2.").arg(s.chartName(shown), areas.join(QStringLiteral(", ")));
        }
    }
    QStringList largest;
    for (int k = 0; k < std::min(3, s.rows()); ++k) {
        largest << QStringLiteral("%1 %2").arg(s.effectName(k), s.change(s.effect(k).probability));
    }
    if (!largest.isEmpty()) {
        parts << tr("Muting changes the probability most for: %1.").arg(largest.join(QStringLiteral(", ")));
    }
    if (s.point >= 0) {
        parts << reading() + QLatin1Char('.');
    } else if (hasFocus() && s.selected < s.rows()) {
        parts << tr("Row %1: %2.")
                     .arg(s.selected + 1)
                     .arg(QStringLiteral("%1 %2").arg(s.effectName(s.selected), s.change(s.effect(s.selected).probability)));
    }
    return parts.join(QLatin1Char(' '));
}

}  // namespace fovea
