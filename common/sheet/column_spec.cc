#include "common/sheet/column_spec.h"

namespace yaoshi::sheet {

int FenPower(AmountUnit unit) {
  switch (unit) {
    case AmountUnit::kYuan:
      return 2;
    case AmountUnit::kThousand:
      return 5;
    case AmountUnit::kWan:
      return 6;
    case AmountUnit::kYi:
      return 10;
  }
  return 2;
}

std::string UnitName(AmountUnit unit) {
  switch (unit) {
    case AmountUnit::kYuan:
      return "元";
    case AmountUnit::kThousand:
      return "千元";
    case AmountUnit::kWan:
      return "万元";
    case AmountUnit::kYi:
      return "亿元";
  }
  return "元";
}

}  // namespace yaoshi::sheet
