"""Real addresses of public institutions, as they are written where they stand."""

from typing import Any


def _address(name: str, country: str, line1: str, city: str = "", **more: str) -> dict[str, Any]:
    return {"name": name, "country": country, "line1": line1, **({"city": city} if city else {}), **more}


def _coded(name: str, country: str, line1: str, city: str, postal_code: str, region: str = "") -> Any:
    return _address(name, country, line1, city, postal_code=postal_code, **({"region": region} if region else {}))


ADDRESSES: list[dict[str, Any]] = [
    _coded("Государственный Эрмитаж", "RU", "Дворцовая площадь, 2", "Санкт-Петербург", "190000"),
    _coded("Третьяковская галерея", "RU", "Лаврушинский переулок, 10", "Москва", "119017"),
    _coded("Музей изобразительных искусств", "RU", "ул. Войкова, 8", "Екатеринбург", "620075", "Свердловская обл."),
    _coded("Нацыянальная бібліятэка Беларусі", "BY", "пр. Незалежнасці, 116", "Мінск", "220114"),
    _coded("Национальный музей", "KZ", "проспект Тәуелсіздік, 54", "Астана", "010000"),
    _coded("Музей искусств имени Кастеева", "KZ", "микрорайон Коктем-3, 22", "Алматы", "050040"),
    _coded("Deutscher Bundestag", "DE", "Platz der Republik 1", "Berlin", "11011"),
    _coded("Deutsches Museum", "DE", "Museumsinsel 1", "München", "80538"),
    _coded("Musée du Louvre", "FR", "Rue de Rivoli", "Paris", "75001"),
    _coded("Hôtel de Matignon", "FR", "57 rue de Varenne", "Paris", "75700"),
    _coded("The British Museum", "GB", "Great Russell Street", "London", "WC1B 3DG"),
    _coded("Prime Minister's Office", "GB", "10 Downing Street", "London", "SW1A 2AA"),
    _coded("National Museum of Scotland", "GB", "Chambers Street", "Edinburgh", "EH1 1JF"),
    _coded("The White House", "US", "1600 Pennsylvania Avenue NW", "Washington", "20500-0003", "DC"),
    _coded("The Metropolitan Museum of Art", "US", "1000 Fifth Avenue", "New York", "10028", "NY"),
    _coded("Parliament of Canada", "CA", "111 Wellington Street", "Ottawa", "K1A 0A9", "ON"),
    _coded("Musée des beaux-arts", "CA", "1380, rue Sherbrooke Ouest", "Montréal", "H3G 1J5", "QC"),
    _coded("Gallerie degli Uffizi", "IT", "Piazzale degli Uffizi, 6", "Firenze", "50122", "FI"),
    _coded("Palazzo Chigi", "IT", "Piazza Colonna, 370", "Roma", "00187", "RM"),
    _coded("Museo Nacional del Prado", "ES", "Calle de Ruiz de Alarcón, 23", "Madrid", "28014", "Madrid"),
    _coded("Ajuntament de Barcelona", "ES", "Plaça de Sant Jaume, 1", "Barcelona", "08002", "Barcelona"),
    _coded("Rijksmuseum", "NL", "Museumstraat 1", "Amsterdam", "1071 XX"),
    _coded("Mauritshuis", "NL", "Plein 29", "Den Haag", "2511 CS"),
    _coded("Zamek Królewski", "PL", "plac Zamkowy 4", "Warszawa", "00-277"),
    _coded("Muzeum Narodowe", "PL", "al. 3 Maja 1", "Kraków", "30-062"),
    _coded("Nationalmuseum", "SE", "Södra Blasieholmshamnen 2", "Stockholm", "111 48"),
    _coded("Landesmuseum Zürich", "CH", "Museumstrasse 2", "Zürich", "8001"),
    _coded("Bundeskanzlei", "CH", "Bundesplatz 3", "Bern", "3003"),
    _address("東京国立博物館", "JP", "台東区上野公園13-9", region="東京都", postal_code="110-8712"),
    _address("国会議事堂", "JP", "千代田区永田町1-7-1", region="東京都", postal_code="100-0014"),
    _coded("국립중앙박물관", "KR", "서빙고로 137", "용산구", "04383", "서울특별시"),
    _coded("故宫博物院", "CN", "景山前街4号", "北京市", "100009", "北京市"),
    _coded("Museu de Arte de São Paulo", "BR", "Avenida Paulista, 1578", "São Paulo", "01310-200", "SP"),
    _coded("Congresso Nacional", "BR", "Praça dos Três Poderes", "Brasília", "70160-900", "DF"),
    _coded("Parliament House", "AU", "Parliament Drive", "Canberra", "2600", "ACT"),
    _coded("Indian Museum", "IN", "27, Jawaharlal Nehru Road", "Kolkata", "700016", "West Bengal"),
    _coded("Τεχνόπολις Δήμου Αθηναίων", "GR", "Πειραιώς 100", "Αθήνα", "118 54"),
    _coded("Ayasofya", "TR", "Sultan Ahmet, Ayasofya Meydanı No:1", "Fatih/İstanbul", "34122"),
    _address("National Library of Ireland", "IE", "Kildare Street", "Dublin", postal_code="D02 P638"),
    _address("Leinster House", "IE", "Kildare Street", "Dublin 2"),
    _address("香港歷史博物館", "HK", "尖沙咀漆咸道南100號", region="九龍"),
    _address("General Post Office", "HK", "2 Connaught Place", "Central", region="Hong Kong Island"),
    _address("متحف اللوفر أبوظبي", "AE", "جزيرة السعديات", region="أبو ظبي"),
    _address("Museum of the Future", "AE", "Sheikh Zayed Road", region="Dubai"),
]
