#include "engine/tensor/npy.h"

#include <QRegularExpression>
#include <QTest>

#include <cstring>

using namespace fovea;

class TestNpy final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void header_data();
    void header();
    void values();
};

void TestNpy::header_data() {
    QTest::addColumn<QList<int>>("shape");
    QTest::addColumn<QByteArray>("tuple");
    QTest::newRow("scalar") << QList<int>{} << QByteArray("()");
    QTest::newRow("vector of one") << QList<int>{1} << QByteArray("(1,)");
    QTest::newRow("vector") << QList<int>{7} << QByteArray("(7,)");
    QTest::newRow("map") << QList<int>{7, 13} << QByteArray("(7, 13)");
    QTest::newRow("features") << QList<int>{1, 7, 13} << QByteArray("(1, 7, 13)");
    QTest::newRow("nothing") << QList<int>{3, 0} << QByteArray("(3, 0)");
    QTest::newRow("long") << QList<int>{100000, 1, 1, 1, 1, 1, 1, 1} << QByteArray("(100000, 1, 1, 1, 1, 1, 1, 1)");
}

void TestNpy::header() {
    QFETCH(QList<int>, shape);
    QFETCH(QByteArray, tuple);
    const Shape extents(shape.begin(), shape.end());
    const std::vector<float> data(Tensor::count(extents), 0.25F);
    const auto bytes = QByteArray::fromStdString(npyBytes(extents, data.data()));
    QVERIFY(bytes.startsWith(QByteArray("\x93NUMPY\x01\x00", 8)));
    const int length = static_cast<unsigned char>(bytes[8]) + 256 * static_cast<unsigned char>(bytes[9]);
    QCOMPARE((10 + length) % 64, 0);
    QCOMPARE(bytes.size(), 10 + length + static_cast<qsizetype>(data.size() * 4));
    const QByteArray text = bytes.mid(10, length);
    QVERIFY(text.endsWith('\n'));
    QCOMPARE(text.trimmed(), "{'descr': '<f4', 'fortran_order': False, 'shape': " + tuple + ", }");
}

void TestNpy::values() {
    const std::vector<float> data = {1.5F, -0.0F, 1e-42F, 3.25e38F};
    const std::string bytes = npyBytes({2, 2}, data.data());
    QCOMPARE(std::memcmp(bytes.data() + bytes.size() - 16, data.data(), 16), 0);
    // Little-endian whatever the machine: 1.5 is 0x3FC00000.
    QCOMPARE(bytes.substr(bytes.size() - 16, 4), std::string("\x00\x00\xC0\x3F", 4));
}

QTEST_GUILESS_MAIN(TestNpy)
#include "tst_npy.moc"
