// Workspaces without a window: which view is chosen, who is told, who has the room below the picture, what a session remembers.

#include <QJsonDocument>
#include <QJsonObject>
#include <QMimeData>
#include <QSignalSpy>
#include <QTest>

#include <memory>

#include "app/session/session_file.h"
#include "app/shell/workspaces.h"

using namespace fovea;

namespace {

/// A workspace which writes down what it is told.
class Recorded final : public Workspace {
    Q_OBJECT

public:
    Recorded(QStringList& log, QString name, std::vector<ViewOffer> offers = {})
        : m_log(log), m_name(std::move(name)), m_offers(std::move(offers)) {}
    ~Recorded() override { note("goes"); }

    [[nodiscard]] std::vector<ViewOffer> views() const override { return m_offers; }
    void bindActions() override { note("binds"); }
    void viewChosen(const ViewId& view) override {
        note(QStringLiteral("sees ") + QString::fromStdString(view));
        if (view == refused && all != nullptr) {
            all->setView(kOverlayView);
        }
    }
    void arrange() override { note("arranges"); }
    [[nodiscard]] bool takesRoomBelow() const override { return isBelow; }
    void retranslate() override { note("translates"); }
    void save(SessionState& state) const override { state.difference = true; }
    void restore(const SessionState& state) override { note(state.difference ? "restores" : "restores nothing"); }
    bool takeDrop(const QMimeData& dropped) override { return dropped.text() == m_name; }

    bool isBelow = false;
    ViewId refused;
    Workspaces* all = nullptr;

private:
    void note(const QString& what) { m_log << m_name + u' ' + what; }
    void note(const char* what) { note(QLatin1String(what)); }

    QStringList& m_log;
    QString m_name;
    std::vector<ViewOffer> m_offers;
};

ViewOffer offer(const ViewId& id) { return {.id = id, .title = QString::fromStdString(id), .tip = {}, .action = ""}; }

}  // namespace

class TestWorkspaces : public QObject {
    Q_OBJECT

private:
    QStringList m_log;
    std::unique_ptr<Workspaces> m_all;
    Recorded* m_first = nullptr;
    Recorded* m_second = nullptr;

private Q_SLOTS:
    void init() {
        m_all = std::make_unique<Workspaces>();
        auto first = std::make_unique<Recorded>(m_log, QStringLiteral("A"),
                                                std::vector<ViewOffer>{offer(kOverlayView), offer(kCompareView)});
        auto second = std::make_unique<Recorded>(m_log, QStringLiteral("B"), std::vector<ViewOffer>{offer("lessons")});
        m_first = first.get();
        m_second = second.get();
        m_all->add(std::move(first));
        m_all->add(std::move(second));
        QCOMPARE(m_log, (QStringList{QStringLiteral("A binds"), QStringLiteral("B binds")}));
        m_log.clear();
    }

    void viewsAreOfferedInOrder() {
        QStringList offered;
        for (const ViewOffer& each : m_all->views()) {
            offered << QString::fromStdString(each.id);
        }
        QCOMPARE(offered, (QStringList{QStringLiteral("overlay"), QStringLiteral("compare"), QStringLiteral("lessons")}));
    }

    void everyoneIsToldBeforeAnyoneArranges() {
        QSignalSpy changed(m_all.get(), &Workspaces::viewChanged);
        m_all->setView("lessons");
        QCOMPARE(m_log, (QStringList{QStringLiteral("A sees lessons"), QStringLiteral("B sees lessons"),
                                     QStringLiteral("A arranges"), QStringLiteral("B arranges")}));
        QCOMPARE(m_all->view(), ViewId("lessons"));
        QCOMPARE(changed.size(), 1);
    }

    void aViewWhichNobodyOffersIsTheOverlay() {
        m_all->setView("lessons");
        m_all->setView("holograms");
        QCOMPARE(m_all->view(), kOverlayView);
    }

    void aWorkspaceMayRefuseAView() {
        QSignalSpy changed(m_all.get(), &Workspaces::viewChanged);
        m_first->refused = kCompareView;
        m_first->all = m_all.get();
        m_all->setView(kCompareView);
        QCOMPARE(m_all->view(), kOverlayView);
        QVERIFY(!m_log.contains(QStringLiteral("B sees compare")));
        QCOMPARE(changed.size(), 1);
    }

    void theRoomBelowIsTakenByAny() {
        QVERIFY(!m_all->isRoomBelowTaken());
        m_second->isBelow = true;
        QVERIFY(m_all->isRoomBelowTaken());
    }

    void panelsAreArrangedAnew() {
        m_all->setShowsPanels(false);
        QVERIFY(!m_all->showsPanels());
        QCOMPARE(m_log, (QStringList{QStringLiteral("A arranges"), QStringLiteral("B arranges")}));
    }

    void aSessionRemembersViewAndWorkspaces() {
        m_all->setView("lessons");
        SessionState state;
        m_all->save(state);
        QCOMPARE(state.view, ViewId("lessons"));
        QVERIFY(state.difference);
        m_all->setView(kOverlayView);
        m_log.clear();
        m_all->restore(state);
        QCOMPARE(m_all->view(), ViewId("lessons"));
        QCOMPARE(m_log.first(), QStringLiteral("A restores"));
    }

    void theFirstWhichWantsADropTakesIt() {
        QMimeData dropped;
        dropped.setText(QStringLiteral("B"));
        QVERIFY(m_all->takeDrop(dropped));
        dropped.setText(QStringLiteral("C"));
        QVERIFY(!m_all->takeDrop(dropped));
    }

    void theLastGoesFirst() {
        m_log.clear();
        m_all.reset();
        QCOMPARE(m_log, (QStringList{QStringLiteral("B goes"), QStringLiteral("A goes")}));
    }

    // Session files of today keep their numbers; a view which has none is written by its name.
    void sessionFilesNameViews_data() {
        QTest::addColumn<QString>("view");
        QTest::addColumn<bool>("hasNumber");
        for (const ViewId& view : kNumberedViews) {
            QTest::newRow(view.c_str()) << QString::fromStdString(view) << true;
        }
        QTest::newRow("lessons") << QStringLiteral("lessons") << false;
    }

    void sessionFilesNameViews() {
        QFETCH(QString, view);
        QFETCH(bool, hasNumber);
        SessionFile file;
        file.state.view = view.toStdString();
        const QByteArray json = sessionJson(file);
        const QJsonObject written = QJsonDocument::fromJson(json).object()[QStringLiteral("view")].toObject();
        QCOMPARE(written.contains(QStringLiteral("kind")), hasNumber);
        QCOMPARE(written.contains(QStringLiteral("name")), !hasNumber);
        const auto opened = parseSession(json, "a.fovea");
        QVERIFY(opened);
        QCOMPARE(QString::fromStdString(opened->file.state.view), view);
    }

    void cleanup() {
        m_all.reset();
        m_log.clear();
    }
};

QTEST_GUILESS_MAIN(TestWorkspaces)
#include "tst_workspaces.moc"
