#pragma once

#include <QPointer>
#include <QTimer>
#include <QWidget>

#include <chrono>
#include <vector>

#include "engine/runtime/background_jobs.h"

class QMenu;
class QProgressBar;

namespace fovea {

class LineLabel;
class TextButton;

/// The jobs which run, for the status line: title, progress and × of the newest one, and behind "+2" a menu which cancels each
/// of them. Hidden while there is none. A job appears when it has taken kShownAfter, so that short ones do not flash.
class JobView final : public QWidget {
    Q_OBJECT

public:
    static constexpr std::chrono::milliseconds kShownAfter{400};

    explicit JobView(BackgroundJobs& jobs, QWidget* parent = nullptr);
    /// Whether the bar of a job moves whose progress is not known; not when the person prefers reduced motion.
    static void setMotion(bool on);

protected:
    void changeEvent(QEvent* event) override;

private:
    void retranslate();
    void refresh();
    void showNewest(const JobInfo& job, std::size_t others);
    void fillMenu();
    /// The shown jobs which have taken long enough, the newest last; the timer rings when there is another one.
    [[nodiscard]] std::vector<JobInfo> dueJobs();

    QPointer<BackgroundJobs> m_jobs;
    LineLabel* m_title;
    QProgressBar* m_bar;
    TextButton* m_cancel;
    TextButton* m_more;
    QMenu* m_menu;
    JobNumber m_newest = 0;
    QTimer m_timer;
};

}  // namespace fovea
