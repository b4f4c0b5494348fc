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
    save->setEnabled(numbers.result() != nullptr && !running);
    QString text = message;
    if (text.isEmpty() && running) {
        text = total > 0 ? tr("%1 of %2 runs of the network").arg(done).arg(total) : tr("Starting…");
    } else if (const FaithfulnessResult* result = numbers.result(); text.isEmpty() && result != nullptr) {
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

QString FaithfulnessPlot::State::toolTip(const QPoint& position) const {
    const int row = layout().rowAt(position);
    if (row >= 0) {
        const FaithfulnessEffect& of = numbers.effect(row);
        return tr("%1 muted: probability %2, logit %3")
            .arg(numbers.rowName(row), exactNumberText(of.probability), exactNumberText(of.logit));
    }
    for (const bool shown : {false, true}) {
        if (numbers.hasCurves() && layout().plot(shown).contains(position)) {
            return numbers.reading(shown, pointAt(shown, position.x()), true);
        }
        if (numbers.hasCurves() && layout().chart(shown).contains(position)) {
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
    const FaithfulnessNumbers& numbers = s.numbers;
    if (numbers.result() == nullptr) {
        parts << s.intro();
        return parts.join(QLatin1Char(' '));
    }
    parts << tr("%1 %2 with %3.")
                 .arg(QString::fromStdString(numbers.result()->className), numberText(numbers.result()->probability),
                      QString::fromStdString(numbers.result()->module));
    for (const bool shown : {false, true}) {
        QStringList areas;
        for (int order = 0; order < numbers.orders(); ++order) {
            areas << QStringLiteral("%1 %2").arg(numbers.orderName(order), numberText(numbers.curve(shown, order).area));
        }
        if (!areas.isEmpty()) {
            parts << tr("%1, area under the curve: %2.")
                         .arg(FaithfulnessNumbers::chartName(shown), areas.join(QStringLiteral(", ")));
        }
    }
    QStringList largest;
    for (int k = 0; k < std::min(3, numbers.rows()); ++k) {
        largest << QStringLiteral("%1 %2").arg(numbers.rowName(k), numbers.changeText(k));
    }
    if (!largest.isEmpty()) {
        parts << tr("Muting changes the probability most for: %1.").arg(largest.join(QStringLiteral(", ")));
    }
    if (s.point >= 0) {
        parts << reading() + QLatin1Char('.');
    } else if (hasFocus() && s.selected < numbers.rows()) {
        parts << tr("Row %1: %2.")
                     .arg(s.selected + 1)
                     .arg(QStringLiteral("%1 %2").arg(numbers.rowName(s.selected), numbers.changeText(s.selected)));
    }
    return parts.join(QLatin1Char(' '));
}

}  // namespace fovea
