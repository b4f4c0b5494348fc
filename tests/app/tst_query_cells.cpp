// A click lands in the cell which covers the place, however the picture came to the network: in a border, cropped, stretched,
// turned by EXIF, mirrored, not square. 1,000 places, each cell computed here from the rules of network_input.h alone.
// test: needs-bundle

#include <QDir>
#include <QFile>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <cmath>
#include <functional>
#include <random>

#include "app/canvas_area.h"
#include "app/main_window.h"
#include "tests/support/image_bytes.h"

using namespace fovea;

namespace {

constexpr int kPlaces = 167;  // of each of the six ways: 1,002 in all

/// Red says which column, green which row.
cv::Mat coordinates(int width, int height) {
    cv::Mat pixels(height, width, CV_8UC3);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            pixels.at<cv::Vec3b>(y, x) =
                cv::Vec3b(static_cast<uchar>(x >> 8), static_cast<uchar>(y & 255), static_cast<uchar>(x & 255));
        }
    }
    return pixels;
}

/// Which cell along one axis covers a place, for a picture of `extent` pixels which became `working` pixels, centred in a border
/// up to `padded`, of `cells` cells.
int cellOf(double place, double extent, double working, double padded, int cells) {
    const double at = place * working / extent + std::floor((padded - working) / 2.0);
    return std::clamp(static_cast<int>(std::floor(at * cells / padded)), 0, cells - 1);
}

}  // namespace

class TestQueryCells final : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<MainWindow> m_window;

    Session& session() { return m_window->session(); }
    Canvas* canvas() { return m_window->findChild<CanvasArea*>()->canvas(); }
    bool settled(int width, int height) {
        const auto result = session().shown().result();
        return result && !session().isBusy() && session().shown().moduleResult() && session().shown().moduleResult()->output &&
               result->frame.width == width && result->frame.height == height && bundleOf(session().panes().current().model) &&
               session().shown().modelResult()->features && canvas()->view().picture == QSizeF(width, height) &&
               canvas()->rendered().field;
    }

private Q_SLOTS:
    void init() {
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder.path());
        QFile::remove(m_folder.filePath(QStringLiteral("fovea/fovea.ini")));
        m_settings = std::make_unique<Settings>();
        m_settings->setLanguage(QStringLiteral("en"));
        m_window = std::make_unique<MainWindow>(*m_settings);
        m_window->resize(1280, 800);
        m_window->show();
    }

    void cleanup() {
        m_window.reset();
        m_settings.reset();
    }

    void aClickLandsInItsCell_data() {
        QTest::addColumn<QString>("way");
        for (const char* way : {"border", "crop", "stretched", "EXIF", "mirrored", "not square"}) {
            QTest::newRow(way) << QString::fromLatin1(way);
        }
    }

    void aClickLandsInItsCell() {
        QFETCH(QString, way);
        const bool turned = way == QLatin1String("EXIF");
        const bool mirrored = way == QLatin1String("mirrored");
        const bool cropped = way == QLatin1String("crop");
        const QSize stored = way == QLatin1String("stretched")    ? QSize(900, 40)
                             : way == QLatin1String("not square") ? QSize(210, 333)
                             : way == QLatin1String("border")     ? QSize(333, 250)
                                                                  : QSize(320, 200);
        const cv::Mat pixels = coordinates(stored.width(), stored.height());
        const QString folder = m_folder.filePath(way);
        QVERIFY(QDir().mkpath(folder));
        const QString path = folder + (turned ? QStringLiteral("/a.tiff") : QStringLiteral("/a.png"));
        if (turned) {
            cv::Mat rgb;
            cv::cvtColor(pixels, rgb, cv::COLOR_BGR2RGB);
            const auto bytes = test::tiffOf(rgb, 6);
            QFile out(path);
            QVERIFY(out.open(QIODevice::WriteOnly));
            out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()));
        } else {
            QVERIFY(cv::imwrite(path.toStdString(), pixels));
            QVERIFY(cv::imwrite((folder + QStringLiteral("/b.png")).toStdString(), pixels));
        }
        const int width = turned ? stored.height() : stored.width();
        const int height = turned ? stored.width() : stored.height();
        m_settings->setInput({.fit = cropped ? Fit::Crop : Fit::Whole});
        m_settings->setModule(QStringLiteral("sagan"));
        m_window->session().paneControl().setModule(QStringLiteral("sagan"));
        m_window->start(path);
        if (mirrored) {
            session().openSource({.kind = SourceKind::Folder, .location = folder.toStdString(), .mirror = true});
            QTRY_VERIFY_WITH_TIMEOUT(session().source().active(), 30000);
            session().source().setPlaying(false);
        }
        QTRY_VERIFY_WITH_TIMEOUT(settled(width, height), 30000);

        const FeatureMap& map = session().shown().modelResult()->features->map;
        const BundleInput& input = bundleOf(session().panes().current().model)->input;
        const double size = input.size;
        const double multiple = input.multiple;
        double left = 0.0;
        double top = 0.0;
        double seenWidth = width;
        double seenHeight = height;
        double workingWidth = size;
        double workingHeight = size;
        if (cropped) {
            seenWidth = seenHeight = std::min(width, height);
            left = (width - seenWidth) / 2.0;
            top = (height - seenHeight) / 2.0;
        } else {
            const double scale = std::min(size / std::min(width, height), 4.0 * size / std::max(width, height));
            workingWidth = std::max(multiple, std::round(width * scale));
            workingHeight = std::max(multiple, std::round(height * scale));
        }
        const double paddedWidth = std::ceil(workingWidth / multiple) * multiple;
        const double paddedHeight = std::ceil(workingHeight / multiple) * multiple;

        std::mt19937 random(7);
        const QRectF shown(canvas()->view().positionOf({left, top}),
                           canvas()->view().positionOf({left + seenWidth, top + seenHeight}));
        std::uniform_real_distribution<double> across(shown.left(), shown.right());
        std::uniform_real_distribution<double> down(shown.top(), shown.bottom());
        CursorInfo under;
        connect(canvas(), &Canvas::cursorMoved, this, [&under](const CursorInfo& info) { under = info; });
        int tried = 0;
        while (tried < kPlaces) {
            const QPoint point(static_cast<int>(across(random)), static_cast<int>(down(random)));
            const QPointF place = canvas()->view().pictureAt(point);
            if (place.x() < left || place.y() < top || place.x() >= left + seenWidth || place.y() >= top + seenHeight) {
                continue;
            }
            session().fieldControl().clearPins();
            session().fieldControl().ask({place.x() < width / 2.0 ? 0.95 : 0.05, 0.5},
                                         QueryGesture::Add);  // a pin out of the way
            QTest::mouseMove(canvas(), point);
            QTest::mouseClick(canvas(), Qt::LeftButton, {}, point);
            const auto field = session().shown().field();
            QVERIFY(field);
            const int column = cellOf(place.x() - left, seenWidth, workingWidth, paddedWidth, map.width());
            const int row = cellOf(place.y() - top, seenHeight, workingHeight, paddedHeight, map.height());
            QCOMPARE(std::min(static_cast<int>(field->queryX * map.width()), map.width() - 1), column);
            QCOMPARE(std::min(static_cast<int>(field->queryY * map.height()), map.height() - 1), row);
            // The pixel under the cursor is the one which lies there in the file.
            const int x = static_cast<int>(place.x());
            const int y = static_cast<int>(place.y());
            const cv::Vec3b file = turned     ? pixels.at<cv::Vec3b>(stored.height() - 1 - x, y)
                                   : mirrored ? pixels.at<cv::Vec3b>(y, stored.width() - 1 - x)
                                              : pixels.at<cv::Vec3b>(y, x);
            QCOMPARE(under.colour, qRgb(file[2], file[1], file[0]));
            ++tried;
        }
    }
};

QTEST_MAIN(TestQueryCells)
#include "tst_query_cells.moc"
