// The county-level units of the city with the places that projects are built in.

/** Regions (GB/T 2260; 621171 and 621172 are local codes) in the order in which the city writes them. */
export const REGIONS = [
  region('621102', 'anding', '安定区', '凤翔镇 内官营镇 巉口镇 称钩驿镇 鲁家沟镇 西巩驿镇 宁远镇 李家堡镇 团结镇 香泉镇 符家川镇 葛家岔镇 石泉乡 青岚山乡 高峰乡 石峡湾乡 新集乡 杏园乡 白碌乡'),
  region('621121', 'tongwei', '通渭县', '平襄镇 马营镇 鸡川镇 榜罗镇 常家河镇 义岗川镇 陇阳镇 陇山镇 陇川镇 碧玉镇 襄南镇 什川镇 华家岭镇 北城铺镇 寺子川乡 李家店乡 第三铺乡 新景乡'),
  region('621122', 'longxi', '陇西县', '巩昌镇 文峰镇 首阳镇 菜子镇 福星镇 通安驿镇 云田镇 碧岩镇 马河镇 柯寨镇 双泉镇 权家湾镇 渭阳乡 和平乡 德兴乡 宏伟乡 永吉乡'),
  region('621123', 'weiyuan', '渭源县', '清源镇 莲峰镇 会川镇 五竹镇 路园镇 北寨镇 新寨镇 麻家集镇 锹峪镇 庆坪镇 祁家庙镇 上湾镇 大安乡 秦祁乡 峡城乡 田家河乡'),
  region('621124', 'lintao', '临洮县', '洮阳镇 八里铺镇 新添镇 辛店镇 太石镇 中铺镇 峡口镇 龙门镇 窑店镇 玉井镇 衙下集镇 南屏镇 红旗乡 上营乡 康家集乡 站滩乡 漫洼乡 连儿湾乡'),
  region('621125', 'zhangxian', '漳县', '武阳镇 三岔镇 新寺镇 金钟镇 盐井镇 殪虎桥镇 石川镇 贵清山镇 四族镇 大草滩镇 马泉乡 武当乡 东泉乡'),
  region('621126', 'minxian', '岷县', '岷阳镇 蒲麻镇 西寨镇 梅川镇 西江镇 闾井镇 十里镇 茶埠镇 中寨镇 清水镇 寺沟镇 麻子川镇 维新镇 禾驮镇 马坞镇 申都乡 锁龙乡 秦许乡'),
  region('621171', 'gaoxin', '定西高新区', '循环经济园 中医药产业园 装备制造园 现代物流园 马铃薯产业园 新材料园 南片区 北片区 综合服务区'),
  region('621172', 'kechuang', '定西生态科创城', '起步区 南组团 北组团 湿地片区 职教片区 孵化片区 滨河片区 中央商务片区'),
];

/** The city, for projects that span several county-level units. Its unit is there from the installation on. */
export const CITY = region('621100', 'city', '定西市', '中心城区 渭河流域 洮河流域 关川河流域 祖厉河流域 陇海沿线 兰渝沿线 南部山区 北部旱区 城东片区 城西片区 新城片区');

function region(code, id, title, places) {
  return { code, id, title, places: places.split(' ') };
}

/** The region of a code, the city's included. */
export function regionOf(code) {
  const found = code === CITY.code ? CITY : REGIONS.find((r) => r.code === code);
  if (!found) throw new Error(`no region ${code}`);
  return found;
}
