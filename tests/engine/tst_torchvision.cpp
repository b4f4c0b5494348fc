// Networks as torchvision's exporter writes them give the numbers PyTorch gives.

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "engine/graph/executor.h"
#include "engine/graph/onnx_reader.h"

using namespace fovea;
using namespace fovea::graph;

namespace {

constexpr double kTolerance = 1e-4;

std::vector<float> readFloats(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return {};
    }
    const QByteArray bytes = file.readAll();
    std::vector<float> values(static_cast<std::size_t>(bytes.size()) / sizeof(float));
    std::memcpy(values.data(), bytes.constData(), values.size() * sizeof(float));
    return values;
}

}  // namespace

class TestTorchvision final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void numbersArePyTorchs_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QStringList>("sizes");
        const QStringList any{QStringLiteral("224x224"), QStringLiteral("160x208")};
        for (const char* name : {"resnet18", "mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0"}) {
            QTest::newRow(name) << QString::fromLatin1(name) << any;
        }
        QTest::newRow("vit_b_16") << QStringLiteral("vit_b_16") << QStringList(any.first());  // its positions are of one size
    }

    // Without PyTorch this fails: what was not compared is not known to be equal.
    void numbersArePyTorchs() {
        QFETCH(QString, name);
        QFETCH(QStringList, sizes);
        const QTemporaryDir folder;
        QProcess python;
        python.start(QStringLiteral("/usr/bin/python3"),
                     QStringList{QStringLiteral(FOVEA_SOURCE_DIR "/tests/torchvision/networks.py"), QStringLiteral("export"),
                                 folder.path(), name} +
                         sizes);
        QVERIFY2(python.waitForFinished(240'000) && python.exitCode() == 0,
                 qPrintable(QStringLiteral("PyTorch did not export it; install python3-torch and python3-torchvision. ") +
                            QString::fromUtf8(python.readAllStandardError()).right(400)));
        auto graph = readOnnx(folder.filePath(name + QStringLiteral(".onnx")).toStdString());
        QVERIFY2(graph.ok(), graph ? "" : graph.error().message().c_str());
        auto executor = Executor::create(*std::move(graph));
        QVERIFY2(executor.ok(), executor ? "" : executor.error().message().c_str());
        for (const QString& size : sizes) {
            const Shape shape{1, 3, size.section(u'x', 0, 0).toInt(), size.section(u'x', 1).toInt()};
            auto input = readFloats(folder.filePath(name + u'.' + size + QStringLiteral(".input")));
            const auto expected = readFloats(folder.filePath(name + u'.' + size + QStringLiteral(".logits")));
            QCOMPARE(input.size(), Tensor::count(shape));
            QCOMPARE(expected.size(), 1000U);
            const auto logits = (*executor)->run({{ElementType::Float, &shape, input.data(), input.size()}}, {});
            QVERIFY2(logits.ok(), logits ? "" : logits.error().message().c_str());
            QCOMPARE(logits->front().count, expected.size());
            double difference = 0.0;
            double largest = 0.0;
            for (std::size_t k = 0; k < expected.size(); ++k) {
                const auto wanted = static_cast<double>(expected[k]);
                difference = std::max(difference, std::abs(wanted - static_cast<double>(logits->front().data<float>()[k])));
                largest = std::max(largest, std::abs(wanted));
            }
            QVERIFY2(difference <= kTolerance * largest, qPrintable(QString::number(difference / largest)));
            QVERIFY(largest > 0.01);  // numbers that vanished on their way would agree with anything
        }
    }
};

QTEST_GUILESS_MAIN(TestTorchvision)
#include "tst_torchvision.moc"
