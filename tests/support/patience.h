#pragma once

#include <QTest>

/// \file QTRY_VERIFY and QTRY_COMPARE wait for a minute instead of five seconds: a build with sanitizers on a busy machine is
/// ten times slower than a release. A wait which succeeds is no longer than before.

#undef QTRY_VERIFY
#undef QTRY_COMPARE
#define QTRY_VERIFY(expression) QTRY_VERIFY_WITH_TIMEOUT((expression), 60000)
#define QTRY_COMPARE(actual, expected) QTRY_COMPARE_WITH_TIMEOUT((actual), (expected), 60000)
