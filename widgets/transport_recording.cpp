#include "widgets/transport_recording.h"

#include <QBoxLayout>
#include <QLocale>

#include "widgets/dot_label.h"
#include "widgets/engine_text.h"
#include "widgets/glyph_button.h"
#include "widgets/scrub_bar.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr std::int64_t kLittleSpace = 1'000'000'000;  // bytes; from here on the row says how much is left

QString sizeText(std::int64_t bytes) {
    return QLocale().formattedDataSize(bytes, bytes < kLittleSpace ? 0 : 1, QLocale::DataSizeSIFormat);
}

}  // namespace

TransportRecording::TransportRecording(TransportBar& bar)
    : m_label(new DotLabel(&Theme::error, &bar)), m_button(new GlyphButton(Glyph::Record, &bar)) {
    m_button->setCheckable(true);
    // The button shows what is so: whether a recording really began is said by set().
    QObject::connect(m_button, &QToolButton::clicked, &bar, [this, &bar](bool wanted) {
        m_button->setChecked(isRunning());
        Q_EMIT bar.recordRequested(wanted);
    });
}

void TransportRecording::addTo(QBoxLayout& row) {
    row.addWidget(m_label);
    row.addWidget(m_button);
}

void TransportRecording::setVisible(bool visible) {
    m_label->setVisible(visible && isRunning());
    m_button->setVisible(visible);
}

void TransportRecording::set(const std::optional<RecordingState>& progress) {
    m_progress = progress;
    show();
}

void TransportRecording::show() {
    m_button->setChecked(isRunning());
    if (m_progress) {
        m_label->setText(text());
        m_label->setToolTip(tr("%1 s, %2 frames recorded; %3 free on the disk")
                                .arg(exactNumberText(m_progress->seconds))
                                .arg(m_progress->frames)
                                .arg(sizeText(m_progress->freeBytes)));
    }
}

QString TransportRecording::text() const {
    QString text = tr("%1 · %2 frames").arg(clockText(m_progress->seconds).section(u'.', 0, 0)).arg(m_progress->frames);
    if (m_progress->freeBytes < kLittleSpace) {
        text = tr("%1 · %2 free").arg(text, sizeText(m_progress->freeBytes));
    }
    return text;
}

void TransportRecording::retranslate(const QString& key) {
    m_button->setWords(isRunning() ? tr("Stop recording") : tr("Record what is shown"), key);
    show();
}

}  // namespace fovea
