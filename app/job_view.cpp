#include "app/job_view.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QMenu>
#include <QPainter>
#include <QProgressBar>
#include <QTimerEvent>

#include <algorithm>
#include <utility>

#include "widgets/card_parts.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kWidestTitle = 200;
constexpr int kBarWidth = 60;
constexpr int kBarHeight = 4;
constexpr int kButtonWidth = 18;
constexpr int kWholeBar = 1000;
constexpr int kTurnMilliseconds = 1500;  // of the piece which runs through a busy bar
constexpr double kPiece = 0.3;
constexpr int kFrameMilliseconds = 40;

bool g_motion = false;

/// A line without text or frame; while nothing is known a piece of it runs to and fro.
class ThinBar final : public QProgressBar {
public:
    explicit ThinBar(QWidget* parent) : QProgressBar(parent) {
        setTextVisible(false);
        setFixedSize(kBarWidth, kBarHeight);
    }
    /// The share which is done; below 0 when it is not known.
    void setShare(double share) {
        const bool isBusy = share < 0.0;
        setRange(0, isBusy ? 0 : kWholeBar);
        setValue(isBusy ? 0 : qRound(kWholeBar * std::min(share, 1.0)));
        if (!isBusy || !g_motion) {
            m_frames.stop();
        } else if (!m_frames.isActive()) {
            m_frames.start(kFrameMilliseconds, this);
        }
        update();
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme().control);
        painter.drawRoundedRect(rect(), 2, 2);
        painter.setBrush(theme().accent);
        const double room = width() * (1.0 - kPiece);
        const QRectF done = maximum() == 0 ? QRectF(room * place(), 0, width() * kPiece, height())
                                           : QRectF(0, 0, static_cast<double>(width()) * value() / maximum(), height());
        painter.drawRoundedRect(done, 2, 2);
    }
    void timerEvent(QTimerEvent* event) override {
        if (event->timerId() == m_frames.timerId()) {
            m_turn = (m_turn + kFrameMilliseconds) % kTurnMilliseconds;
            update();
        }
    }
    void hideEvent(QHideEvent*) override { m_frames.stop(); }

private:
    /// Of the piece, 0 … 1; in the middle when nothing moves.
    [[nodiscard]] double place() const {
        const double turn = 2.0 * m_turn / kTurnMilliseconds;
        return g_motion ? std::min(turn, 2.0 - turn) : 0.5;
    }

    QBasicTimer m_frames;
    int m_turn = 0;
};

/// A title as the text of an action, where & would mark a key.
QString plain(QString title) { return title.replace(u'&', QStringLiteral("&&")); }

}  // namespace

JobView::JobView(BackgroundJobs& jobs, QWidget* parent)
    : QWidget(parent),
      m_jobs(&jobs),
      m_title(new LineLabel(true, this)),
      m_bar(new ThinBar(this)),
      m_cancel(new TextButton(this)),
      m_more(new TextButton(this)),
      m_menu(new QMenu(this)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    row->addWidget(m_title);
    row->addWidget(m_bar, 0, Qt::AlignVCenter);
    row->addWidget(m_cancel);
    row->addWidget(m_more);
    m_title->setMaximumWidth(kWidestTitle);
    m_cancel->setText(QStringLiteral("×"));
    for (auto* button : {m_cancel, m_more}) {
        button->setFocusPolicy(Qt::StrongFocus);
        button->setMinimumWidth(kButtonWidth);
    }
    m_more->setMenu(m_menu);
    m_more->setPopupMode(QToolButton::InstantPopup);
    retranslate();
    hide();
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &JobView::refresh);
    // Jobs are cancelled at the end of the program, too, when no widget may be touched any more.
    connect(&jobs, &BackgroundJobs::changed, this, &JobView::refresh, Qt::QueuedConnection);
    connect(m_cancel, &QToolButton::clicked, this, [this] {
        if (m_jobs) {
            m_jobs->cancel(m_newest);
        }
    });
    connect(m_menu, &QMenu::aboutToShow, this, &JobView::fillMenu);
}

void JobView::setMotion(bool on) { g_motion = on; }

std::vector<JobInfo> JobView::dueJobs() {
    auto jobs = m_jobs ? m_jobs->jobs() : std::vector<JobInfo>();
    std::erase_if(jobs, [](const JobInfo& job) { return !job.isShown(); });
    const auto now = std::chrono::steady_clock::now();
    const auto first =
        std::find_if(jobs.begin(), jobs.end(), [now](const JobInfo& job) { return now - job.asked < kShownAfter; });
    if (first != jobs.end()) {
        m_timer.start(std::chrono::ceil<std::chrono::milliseconds>(first->asked + kShownAfter - now));
    }
    jobs.erase(first, jobs.end());
    return jobs;
}

void JobView::retranslate() {
    m_cancel->setAccessibleName(tr("Cancel"));
    m_more->setToolTip(tr("Everything that runs now"));
    m_more->setAccessibleName(m_more->toolTip());
    m_newest = 0;  // whose words are set anew
}

void JobView::refresh() {
    const auto jobs = dueJobs();
    if (!jobs.empty()) {
        showNewest(jobs.back(), jobs.size() - 1);
    }
    setVisible(!jobs.empty());
}

void JobView::showNewest(const JobInfo& job, std::size_t others) {
    if (std::exchange(m_newest, job.number) != job.number) {
        m_bar->setAccessibleName(job.title);
        m_cancel->setToolTip(tr("Cancel: %1").arg(job.title));
        m_cancel->setAccessibleDescription(job.title);
    }
    m_title->setText(job.isCancelled ? tr("Cancelling: %1").arg(job.title) : job.title);
    const JobProgress& progress = job.progress;
    static_cast<ThinBar*>(m_bar)->setShare(
        progress.total > 0 ? static_cast<double>(progress.done) / static_cast<double>(progress.total) : -1.0);
    m_cancel->setVisible(job.isCancellable && !job.isCancelled);
    m_more->setVisible(others > 0);
    m_more->setText(QStringLiteral("+%1").arg(others));
}

void JobView::fillMenu() {
    m_menu->clear();
    const auto jobs = dueJobs();
    for (auto job = jobs.rbegin(); job != jobs.rend(); ++job) {
        const QString title = plain(job->title);
        auto* action = m_menu->addAction(job->isCancellable ? tr("Cancel: %1").arg(title) : title);
        action->setEnabled(job->isCancellable && !job->isCancelled);
        connect(action, &QAction::triggered, this, [this, number = job->number] {
            if (m_jobs) {
                m_jobs->cancel(number);
            }
        });
    }
}

void JobView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
        refresh();
    }
    QWidget::changeEvent(event);
}

}  // namespace fovea
