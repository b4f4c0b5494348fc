#pragma once

#include <QByteArray>
#include <QFile>
#include <QString>
#include <QTest>

namespace fovea::test {

/// All bytes of a file; none when the file cannot be read.
inline QByteArray contents(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Writes a file anew; the running test fails when that is not possible.
inline void put(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
}

}  // namespace fovea::test
