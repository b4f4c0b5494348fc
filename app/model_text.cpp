#include "app/model_text.h"

#include <QCoreApplication>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "widgets/engine_text.h"

namespace fovea {
namespace {

constexpr std::size_t kShown = 5;

QString translated(const char* text) { return QCoreApplication::translate("ModelText", text); }

QString paragraph(const QString& text) { return QStringLiteral("<p>%1</p>").arg(text); }

QString percent(std::optional<double> share) {
    return share ? QStringLiteral("%1 %").arg(100.0 * *share, 0, 'f', 1) : QStringLiteral("–");
}

QString number(std::optional<double> value) { return value ? QString::number(*value, 'f', 2) : QStringLiteral("–"); }

QString accuracyText(const BundleMetrics& with, const BundleMetrics& plain) {
    if (!with.accuracy && !with.tinyTop1) {
        return {};
    }
    return paragraph(translated(QT_TRANSLATE_NOOP("ModelText",
                                                  "Right answers with it: %1 of Imagenette’s 10 classes (%2 without), %3 of "
                                                  "Tiny-ImageNet’s 200 (%4 without)."))
                         .arg(percent(with.accuracy), percent(plain.accuracy), percent(with.tinyTop1), percent(plain.tinyTop1)));
}

QString mapText(const BundleMetrics& with, const MapMetrics& gaussian) {
    if (!with.trained.gain) {
        return {};
    }
    const QString header = QStringLiteral("<tr><td></td><td>%1&nbsp;&nbsp;</td><td>%2</td></tr>")
                               .arg(translated(QT_TRANSLATE_NOOP("ModelText", "peak in the object")),
                                    translated(QT_TRANSLATE_NOOP("ModelText", "gain")));
    const auto row = [](const QString& name, const MapMetrics& map) {
        return QStringLiteral("<tr><td>%1&nbsp;&nbsp;</td><td>%2</td><td>%3</td></tr>")
            .arg(name, percent(map.point), number(map.gain));
    };
    return QStringLiteral("<table>") + header + row(translated(QT_TRANSLATE_NOOP("ModelText", "trained")), with.trained) +
           row(translated(QT_TRANSLATE_NOOP("ModelText", "untrained")), with.untrained) +
           row(translated(QT_TRANSLATE_NOOP("ModelText", "centred blob")), gaussian) + QStringLiteral("</table>") +
           paragraph(
               translated(QT_TRANSLATE_NOOP("ModelText",
                                            "Gain: the share of the map inside the object’s box over the box’s share of the "
                                            "picture; 1 is chance.")));
}

QString trainedText(const Bundle& bundle, const BundleModule& module, const QString& language) {
    const std::string& note = language.startsWith(QLatin1String("zh")) && !module.noteZh.empty() ? module.noteZh : module.noteEn;
    return paragraph(QString::fromStdString(note).toHtmlEscaped()) + mapText(module.metrics, bundle.gaussian) +
           accuracyText(module.metrics, bundle.plain) + paragraph(QString::fromStdString(bundle.terms).toHtmlEscaped());
}

/// The classes worth a row, without repetition.
std::set<int> chosenClasses(const Bundle& bundle, const Prediction* plain, const Prediction& with, std::size_t least) {
    std::set<int> chosen;
    for (const auto* prediction : {&with, plain}) {
        if (prediction == nullptr) {
            continue;
        }
        for (const auto& guess : topGuesses(*prediction, kShown)) {
            chosen.insert(guess.index);
        }
        std::map<std::string, int> best;  // of each group
        for (int k = 0; k < static_cast<int>(prediction->logits.size()); ++k) {
            const auto [it, isNew] = best.emplace(bundle.classes[static_cast<std::size_t>(k)].group, k);
            if (!isNew &&
                prediction->logits[static_cast<std::size_t>(k)] > prediction->logits[static_cast<std::size_t>(it->second)]) {
                it->second = k;
            }
        }
        for (const auto& [group, index] : best) {
            chosen.insert(index);
        }
    }
    for (const auto& guess : topGuesses(with, chosen.size() + least)) {
        if (chosen.size() < least) {
            chosen.insert(guess.index);
        }
    }
    return chosen;
}

}  // namespace

QString weightsText(const Bundle* bundle, const ModuleInfo& info, const Provenance& provenance, const QString& language) {
    const QString title =
        QStringLiteral("<b>%1 · %2</b>")
            .arg(QString::fromStdString(info.title).toHtmlEscaped(), provenanceLabel(provenance).toHtmlEscaped());
    const auto known = bundle == nullptr ? std::map<std::string, BundleModule>::const_iterator() : bundle->modules.find(info.id);
    const bool inBundle = bundle != nullptr && known != bundle->modules.end();
    switch (provenance.kind) {
        case ProvenanceKind::Trained:
            return inBundle ? title + trainedText(*bundle, known->second, language) : title;
        case ProvenanceKind::Random: {
            const QString random = translated(QT_TRANSLATE_NOOP(
                "ModelText", "These weights were drawn at random: the pattern shows the mechanism, not the image."));
            const QString lack = bundle != nullptr && !inBundle
                                     ? translated(QT_TRANSLATE_NOOP("ModelText", "%1 has no trained weights for this mechanism."))
                                           .arg(QString::fromStdString(bundle->name))
                                     : QString();
            return title + paragraph(random) + (lack.isEmpty() ? QString() : paragraph(lack));
        }
        case ProvenanceKind::ParameterFree:
            return inBundle ? title + trainedText(*bundle, known->second, language)
                            : title + paragraph(translated(QT_TRANSLATE_NOOP("ModelText", "This mechanism learns nothing.")));
        case ProvenanceKind::File:
            return title + paragraph(translated(QT_TRANSLATE_NOOP(
                               "ModelText", "Read from your file; what they were trained for is not known here.")));
    }
    return title;
}

std::vector<PredictionRow> predictionRows(const Bundle& bundle, const Prediction* plain, const Prediction& with,
                                          std::size_t least) {
    const auto shares = classProbabilities(with);
    const auto before = plain != nullptr ? classProbabilities(*plain) : std::vector<double>();
    std::vector<PredictionRow> rows;
    for (const int index : chosenClasses(bundle, plain, with, least)) {
        const auto at = static_cast<std::size_t>(index);
        rows.push_back({.index = index,
                        .name = QString::fromStdString(bundle.classes[at].name),
                        .group = QString::fromStdString(bundle.classes[at].group),
                        .without = before.empty() ? std::numeric_limits<double>::quiet_NaN() : before[at],
                        .with = shares[at]});
    }
    std::stable_sort(rows.begin(), rows.end(), [](const PredictionRow& a, const PredictionRow& b) { return a.with > b.with; });
    return rows;
}

}  // namespace fovea
