#pragma once

#include <QWidget>

#include <memory>
#include <vector>

#include "engine/attention/module.h"

namespace fovea {

/// The list of mechanisms by domain ("CHANNEL — what", "SPATIAL — where" …) with coloured dots (dashed for hard), year, and
/// search. Type, arrows, Enter.
class ModulePicker final : public QWidget {
    Q_OBJECT

public:
    explicit ModulePicker(QWidget* parent = nullptr);
    ~ModulePicker() override;

    void setModules(const std::vector<const ModuleInfo*>& modules);
    void setCurrent(const QString& id);
    [[nodiscard]] QString current() const;
    void focusSearch();

Q_SIGNALS:
    void chosen(const QString& id);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
