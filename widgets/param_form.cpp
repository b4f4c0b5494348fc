#include "widgets/param_form.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>
#include <QRandomGenerator>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>
#include <QWheelEvent>

#include <algorithm>
#include <map>

#include "widgets/card_parts.h"
#include "widgets/engine_text.h"
#include "widgets/info_button.h"
#include "widgets/param_controls.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kSeedWidth = 84;  // for seeds of six digits; longer ones scroll where the column is narrow

enum WeightChoice { kTrained, kRandom };

/// A die: draws other random weights.
class DiceButton final : public QToolButton {
public:
    explicit DiceButton(QWidget* parent) : QToolButton(parent) { setFixedSize(26, 24); }

protected:
    void paintEvent(QPaintEvent* event) override {
        QToolButton::paintEvent(event);
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const QPointF middle = QRectF(rect()).center();
        painter.setPen(QPen(theme().text, 1.2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(middle.x() - 6, middle.y() - 6, 12, 12), 2.5, 2.5);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme().text);
        for (const QPointF& pip : {QPointF(-3, -3), QPointF(3, -3), QPointF(0, 0), QPointF(-3, 3), QPointF(3, 3)}) {
            painter.drawEllipse(middle + pip, 1.2, 1.2);
        }
    }
};

}  // namespace

struct ParamForm::State {
    const ModuleInfo* info = nullptr;
    ParamSet params;
    bool hasWeights = false;
    Provenance provenance;
    bool pending = false;  // a change waits for the end of this turn of the event loop
    QWidget* body = nullptr;
    std::map<std::string, ParamControl*> controls;
    TextButton* reset = nullptr;
    LineLabel* provenanceLine = nullptr;
    InfoButton* about = nullptr;
    QString aboutText;
    QString trainedKey;
    std::optional<ParamSet> trained;
    bool builtTrained = false;  // whether the body has the switch
    SegmentSwitch* trainedSwitch = nullptr;
    QSpinBox* seed = nullptr;
    QWidget* seedRow = nullptr;

    [[nodiscard]] ParamSet defaults() const { return trained ? *trained : ParamSet(info->params); }

    void showValues() {
        for (const auto& [key, control] : controls) {
            control->show(params.values().at(key));
        }
        reset->setVisible(!(params == defaults()));
        provenanceLine->setText(provenanceLabel(provenance));
        about->setText(aboutText);
        if (trainedSwitch != nullptr) {
            trainedSwitch->setCurrent(provenance.kind == ProvenanceKind::Trained  ? kTrained
                                      : provenance.kind == ProvenanceKind::Random ? kRandom
                                                                                  : -1);
            seedRow->setVisible(provenance.kind == ProvenanceKind::Random);
        }
        if (seed != nullptr && provenance.kind == ProvenanceKind::Random) {
            const QSignalBlocker quiet(seed);
            const int value = static_cast<int>(std::min<std::uint64_t>(provenance.seed, kLargestSeed));
            if (seed->value() != value) {  // setting it again would discard what is being typed
                seed->setValue(value);
            }
        }
    }

    void changed(ParamForm& form) {
        reset->setVisible(!(params == defaults()));
        if (pending) {
            return;
        }
        pending = true;
        QMetaObject::invokeMethod(
            &form,
            [this, &form] {
                if (pending) {
                    pending = false;
                    Q_EMIT form.paramsChanged(params);
                }
            },
            Qt::QueuedConnection);
    }

    void edit(ParamForm& form, const std::string& key, const ParamValue& value) {
        ParamSet next = params;
        const bool taken = next.set(info->params, key, value).ok();
        if (taken && !(next == params)) {
            params = std::move(next);
            changed(form);
        }
        if (!taken || !(params.values().at(key) == value)) {
            controls.at(key)->show(params.values().at(key));  // refused: say what holds
        }
    }

    void addWeights(ParamForm& form, QVBoxLayout* column) {
        auto* row = new QHBoxLayout;
        row->setSpacing(8);
        auto* title = new LineLabel(false, body);
        title->setText(ParamForm::tr("Weights"));
        title->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
        provenanceLine = new LineLabel(true, body);
        provenanceLine->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        provenanceLine->setObjectName(QStringLiteral("provenance"));
        row->addWidget(title);
        about = new InfoButton(body);
        about->setObjectName(QStringLiteral("weightsInfo"));
        about->setAccessibleName(ParamForm::tr("About these weights"));
        row->addWidget(provenanceLine, 1);
        row->addWidget(about);
        column->addLayout(row);
        if (hasWeights) {
            auto* sources = new QHBoxLayout;
            sources->setSpacing(6);
            if (trained) {
                sources->addWidget(makeTrainedSwitch(form), 1);
            }
            column->addLayout(sources);
            addWeightButtons(form, sources, column);
        }
    }

    SegmentSwitch* makeTrainedSwitch(ParamForm& form) {
        trainedSwitch = new SegmentSwitch(body);
        trainedSwitch->setObjectName(QStringLiteral("trainedSwitch"));
        trainedSwitch->setAccessibleName(ParamForm::tr("Trained or random weights"));
        nameSegments();
        connect(trainedSwitch, &SegmentSwitch::chosen, &form,
                [&form](int choice) { Q_EMIT form.trainedWeightsRequested(choice == kTrained); });
        return trainedSwitch;
    }

    void nameSegments() {
        const auto withKey = [this](const QString& text) {
            return trainedKey.isEmpty() ? text : QStringLiteral("%1 (%2)").arg(text, trainedKey);
        };
        trainedSwitch->setSegments({{kTrained, ParamForm::tr("Trained"),
                                     withKey(ParamForm::tr("The weights which the model has learned for this mechanism"))},
                                    {kRandom, ParamForm::tr("Random"),
                                     withKey(ParamForm::tr("Weights drawn at random: what the mechanism does untrained"))}});
    }

    // Beside the switch for trained weights there is no room for the seed: it gets a row of its own, and only when it counts.
    void addWeightButtons(ParamForm& form, QHBoxLayout* sources, QVBoxLayout* column) {
        auto* open = new QPushButton(ParamForm::tr("Open…"), body);
        open->setObjectName(QStringLiteral("openWeights"));
        open->setFont(smallFont(form.font()));
        open->setToolTip(ParamForm::tr("Read the weights from a safetensors file"));
        seed = new QSpinBox(body);
        seed->setObjectName(QStringLiteral("seed"));
        seed->setFont(smallFont(form.font()));
        seed->setRange(0, kLargestSeed);
        seed->setValue(1);
        seed->setButtonSymbols(QAbstractSpinBox::NoButtons);
        seed->setAlignment(Qt::AlignRight);
        seed->setKeyboardTracking(false);
        seed->setPrefix(ParamForm::tr("seed %1").arg(QString()));
        seed->setMinimumWidth(kSeedWidth);
        seed->setAccessibleName(ParamForm::tr("Seed of random weights"));
        seed->setToolTip(ParamForm::tr("Random weights of this seed; the same seed gives the same weights"));
        auto* dice = new DiceButton(body);
        dice->setObjectName(QStringLiteral("dice"));
        dice->setAccessibleName(ParamForm::tr("Other random weights"));
        dice->setToolTip(ParamForm::tr("Other random weights"));
        seedRow = new QWidget(body);
        auto* row = new QHBoxLayout(seedRow);
        row->setContentsMargins(0, 0, 0, 0);
        row->setSpacing(6);
        row->addWidget(seed, 1);
        row->addWidget(dice);
        sources->addWidget(open);
        if (trained) {
            column->addWidget(seedRow);
        } else {
            sources->addWidget(seedRow, 1);
        }
        connect(open, &QPushButton::clicked, &form, &ParamForm::weightsFileRequested);
        connect(seed, &QSpinBox::valueChanged, &form,
                [&form](int value) { Q_EMIT form.randomWeightsRequested(static_cast<quint64>(value)); });
        connect(dice, &QToolButton::clicked, &form, [this] {
            const int drawn = QRandomGenerator::global()->bounded(1, 10'000);
            seed->setValue(drawn == seed->value() ? drawn + 1 : drawn);
        });
    }

    void rebuild(ParamForm& form) {
        if (body != nullptr) {
            body->hide();
            body->deleteLater();
        }
        controls.clear();
        seed = nullptr;
        trainedSwitch = nullptr;
        body = new QWidget(&form);
        body->setStyleSheet(QStringLiteral(
            "QAbstractSpinBox, QComboBox { min-height: 16px; padding: 1px 5px; }"
            "QAbstractSpinBox QLineEdit { border: none; padding: 0px; min-height: 0px; }"
            "QPushButton { min-height: 16px; padding: 2px 8px; } QToolButton { min-height: 16px; padding: 2px; }"));
        auto* column = new QVBoxLayout(body);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(6);
        for (const ParamSpec& spec : info->params) {
            auto* control = makeParamControl(spec, body);
            column->addWidget(control);
            controls[spec.key] = control;
            const std::string key = spec.key;
            connect(control, &ParamControl::edited, &form,
                    [this, &form, key](const ParamValue& value) { edit(form, key, value); });
        }
        addReset(form, column);
        addWeights(form, column);
        form.layout()->addWidget(body);
        for (auto* child : body->findChildren<QWidget*>()) {
            // The wheel scrolls the column unless the control has been entered on purpose.
            if (child->focusPolicy() & Qt::WheelFocus) {
                child->setFocusPolicy(Qt::StrongFocus);
            }
            child->installEventFilter(&form);
        }
        showValues();
    }

    void addReset(ParamForm& form, QVBoxLayout* column) {
        if (info->params.empty()) {
            auto* none = new LineLabel(true, body);
            none->setText(hasWeights ? ParamForm::tr("No parameters to set.")
                                     : ParamForm::tr("No parameters and nothing learned."));
            none->setObjectName(QStringLiteral("none"));
            column->addWidget(none);
        }
        reset = new TextButton(body);
        reset->setObjectName(QStringLiteral("reset"));
        reset->setText(ParamForm::tr("Reset"));
        reset->setToolTip(ParamForm::tr("Set all parameters to their defaults"));
        QSizePolicy policy = reset->sizePolicy();
        policy.setRetainSizeWhenHidden(!info->params.empty());
        reset->setSizePolicy(policy);
        column->addWidget(reset, 0, Qt::AlignRight);
        connect(reset, &QToolButton::clicked, &form, [this, &form] {
            params = defaults();
            showValues();
            changed(form);
        });
    }
};

ParamForm::ParamForm(QWidget* parent) : QWidget(parent), m_state(std::make_unique<State>()) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
}

ParamForm::~ParamForm() = default;

void ParamForm::setModule(const ModuleInfo& info, const ParamSet& params, bool hasWeights, const Provenance& provenance) {
    State& s = *m_state;
    const bool other = s.info != &info || s.hasWeights != hasWeights || s.builtTrained != s.trained.has_value();
    s.builtTrained = s.trained.has_value();
    // A change which has not been told yet is newer than what comes back from outside.
    const bool keep = s.info == &info && s.pending;
    if (s.info != &info) {
        s.pending = false;
    }
    s.info = &info;
    s.hasWeights = hasWeights;
    s.provenance = provenance;
    if (!keep) {
        s.params = params;
    }
    if (other) {
        s.rebuild(*this);
    } else {
        s.showValues();
    }
}

void ParamForm::setTrained(std::optional<ParamSet> params) { m_state->trained = std::move(params); }

void ParamForm::setTrainedKey(const QString& key) {
    m_state->trainedKey = key;
    if (m_state->trainedSwitch != nullptr) {
        m_state->nameSegments();
    }
}

void ParamForm::setInfo(const QString& html) {
    m_state->aboutText = html;
    if (m_state->about != nullptr) {
        m_state->about->setText(html);
    }
}

const ParamSet& ParamForm::params() const { return m_state->params; }

bool ParamForm::eventFilter(QObject* watched, QEvent* event) {
    auto* widget = qobject_cast<QWidget*>(watched);
    if (event->type() == QEvent::Wheel && widget != nullptr && widget->focusPolicy() != Qt::NoFocus && !widget->hasFocus()) {
        event->ignore();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void ParamForm::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange && m_state->info != nullptr) {
        m_state->rebuild(*this);
    }
    QWidget::changeEvent(event);
}

}  // namespace fovea
