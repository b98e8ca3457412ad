/* float_shortest.cc: a C face for the two functions of libdouble-conversion that we use.
 *
 * The library's interface is C++; this is the only C++ file, and it stays free of everything else.
 */
#include <double-conversion/double-conversion.h>

extern "C" int float_shortest_digits(double value, char *buffer, int size, int *point)
{
    bool sign;
    int length;
    double_conversion::DoubleToStringConverter::DoubleToAscii(value, double_conversion::DoubleToStringConverter::SHORTEST, 0, buffer, size, &sign, &length, point);
    return length;
}

extern "C" double float_parse_exact(const char *bytes, int size)
{
    static const double_conversion::StringToDoubleConverter converter(double_conversion::StringToDoubleConverter::NO_FLAGS, 0.0, 0.0, nullptr, nullptr);
    int used;
    return converter.StringToDouble(bytes, size, &used);
}
