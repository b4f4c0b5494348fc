#include "widgets/accessible_view.h"

#include <QAccessibleWidget>
#include <QVariant>
#include <QWidget>

namespace fovea {
namespace {

constexpr const char* kProperty = "textSummary";

class AccessibleView final : public QAccessibleWidget {
public:
    explicit AccessibleView(QWidget* view) : QAccessibleWidget(view, QAccessible::Graphic) {}

    [[nodiscard]] QString text(QAccessible::Text kind) const override {
        switch (kind) {
            case QAccessible::Description:
            case QAccessible::Value:
                return widget()->property(kProperty).toString();
            default:
                return QAccessibleWidget::text(kind);
        }
    }
};

QAccessibleInterface* makeView(const QString&, QObject* object) {
    auto* view = qobject_cast<QWidget*>(object);
    return view != nullptr && view->metaObject()->indexOfProperty(kProperty) >= 0 ? new AccessibleView(view) : nullptr;
}

}  // namespace

void registerAccessibleViews() {
    static const bool kInstalled = [] {
        QAccessible::installFactory(makeView);
        return true;
    }();
    Q_UNUSED(kInstalled)
}

void announceSummary(QWidget* view) {
    if (QAccessible::isActive()) {
        QAccessibleEvent event(view, QAccessible::DescriptionChanged);
        QAccessible::updateAccessibility(&event);
    }
}

}  // namespace fovea
