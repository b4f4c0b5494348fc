#include "widgets/channel_grid_header.h"

#include <QComboBox>
#include <QLineEdit>
#include <QRegularExpression>

#include <algorithm>

#include "widgets/channel_grid_layout.h"

namespace fovea {
namespace {

/// The numbers below `total` which a search names; nothing when it is no list of numbers.
std::optional<std::vector<int>> numbersIn(const QString& text, int total) {
    static const QRegularExpression kNumbers(
        QStringLiteral("^[0-9]{1,6}(\\s*-\\s*[0-9]{1,6})?([,\\s]+[0-9]{1,6}(\\s*-\\s*[0-9]{1,6})?)*,?$"));
    static const QRegularExpression kOne(QStringLiteral("([0-9]+)(?:\\s*-\\s*([0-9]+))?"));
    if (!kNumbers.match(text).hasMatch()) {
        return std::nullopt;
    }
    std::vector<int> found;
    for (auto it = kOne.globalMatch(text); it.hasNext();) {
        const auto match = it.next();
        const int from = match.captured(1).toInt();
        const int to = match.captured(2).isEmpty() ? from : match.captured(2).toInt();
        for (int c = from; c <= std::min(to, total - 1); ++c) {
            found.push_back(c);
        }
    }
    return found;
}

}  // namespace

ChannelGridHeader::ChannelGridHeader(QWidget* view)
    : modes(new SegmentSwitch(view)), sorts(new QComboBox(view)), search(new QLineEdit(view)), count(new LineLabel(true, view)) {
    sorts->setStyleSheet(QStringLiteral("QComboBox { min-height: 16px; padding: 1px 6px; }"));
    sorts->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    sorts->setMinimumContentsLength(8);
    for (int k = 0; k < 4; ++k) {  // named by retranslate()
        sorts->addItem(QString());
    }
    search->setStyleSheet(QStringLiteral("QLineEdit { min-height: 16px; padding: 1px 6px; }"));
}

void ChannelGridHeader::retranslate() {
    modes->setSegments({{static_cast<int>(GridMode::Before), tr("Before"), tr("The channel as it comes in")},
                        {static_cast<int>(GridMode::After), tr("After"), tr("The channel as the mechanism leaves it")},
                        {static_cast<int>(GridMode::Changed), tr("Changed"), tr("After minus before")}});
    modes->setAccessibleName(tr("Picture of the channels"));
    const QString names[] = {tr("by weight"), tr("by index"), tr("by change"), tr("by likeness to the map")};
    for (int k = 0; k < sorts->count(); ++k) {
        sorts->setItemText(k, names[k]);
    }
    sorts->setAccessibleName(tr("Order of the tiles"));
    search->setPlaceholderText(tr("Find…"));
    search->setToolTip(tr("Numbers such as 3 or 10-20, or a part of a name"));
    search->setAccessibleName(tr("Find channels"));
}

void ChannelGridHeader::place(int width, GridSubject subject) {
    constexpr int kMargin = ChannelGridLayout::kMargin;
    constexpr int kHeight = ChannelGridLayout::kHeader;
    int left = kMargin;
    const int right = width - kMargin;
    modes->setVisible(subject == GridSubject::Channels);
    if (subject == GridSubject::Channels) {
        modes->setGeometry(left, kMargin + 2, modes->sizeHint().width(), 20);
        left += modes->width() + 8;
    }
    sorts->setGeometry(left, kMargin, std::min(sorts->sizeHint().width(), std::max(0, (right - left) * 55 / 100)), kHeight);
    left += sorts->width() + 8;
    search->setGeometry(left, kMargin, std::clamp(right - left - 120, std::min(64, std::max(0, right - left)), 180), kHeight);
    left += search->width() + 8;
    count->setGeometry(left, kMargin, std::max(0, right - left), kHeight);
    count->setVisible(right - left >= 24);
}

std::optional<std::vector<int>> ChannelGridHeader::among(int total, const ChannelGridNames& names) const {
    const QString text = search->text().trimmed();
    if (text.isEmpty()) {
        return std::nullopt;
    }
    if (auto numbers = numbersIn(text, total)) {
        return numbers;
    }
    std::vector<int> found;
    for (int c = 0; c < total; ++c) {
        if (names.name(c).contains(text, Qt::CaseInsensitive)) {
            found.push_back(c);
        }
    }
    return found;
}

}  // namespace fovea
