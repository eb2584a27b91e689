//! Nouns by their genders, one after the other.

pub(super) const MASCULINE: &str = "
Abend Abflug Absatz Abschied Abschnitt Absender Abstand Advent Affe Akku Alarm Alltag Amerikaner
Anfang Anfänger Angestellter Angriff Anruf Ansatz Anteil Antrag Anzug Apfel Apfelkuchen Arbeiter
Arbeitsplatz Arm Artikel Arzt Aufenthalt Aufkleber Aufsatz Aufstieg Auftrag Aufzug Ausflug Ausgang
Auslöser Ausschnitt Ausweis Autor Bach Bahnhof Balkon Ball Bart Bauch Bauer Baum Becher Beginn
Begriff Behälter Beitrag Berg Bericht Beruf Besen Besitzer Besuch Besucher Betrag Betrieb Beutel
Bewohner Bildschirm Bildschirmschoner Bleistift Blick Blitz Block Blumenstrauß Boden Bogen Bonus
Brand Brief Browser Bruder Brunnen Buchstabe Bulle Bund Burger Bus Bäcker Bär Bürger Cappuccino
Cent Chef Chip Club Cocktail Computer Dackel Dank Daumen Deckel Dieb Dienst Direktor Doktor Dollar
Donner Download Drache Draht Drucker Durchgang Durchmesser Durst Döner Eimer Einband Einbruch
Einfluss Eingang Einkauf Einsatz Eintrag Einwohner Elefant Ellbogen Empfänger Enkel Entwurf Erfolg
Ersatz Esel Espresso Esslöffel Euro Faden Fahrer Fahrgast Fahrplan Fahrschein Fahrstuhl Faktor
Fall Fehler Feiertag Feind Fels Fernseher Film Finger Fisch Fleck Flug Flughafen Flur Fluss Flügel
Fotograf Franken Frosch Frühling Fuchs Fund Fuß Fußball Föhn Gang Garten Gast Geburtstag Gedanke
Gegenstand Geist Geldbeutel Geruch Geschmack Gewinn Gewinner Gipfel Gott Graben Grad Griff Grund
Gruß Gärtner Gürtel Hafen Hahn Halbfinalist Hals Halt Hammer Hase Haufen Haushalt Heizkörper Held
Helm Herbst Hering Herr Hersteller Himmel Hinweis Hof Honig Hund Hunger Husten Hut Händler Hügel
Igel Imbiss Ingenieur Inhalt Januar Joghurt Junge Jurist Kaffee Kalender Kamm Kanal Kandidat
Karton Kasten Kater Keks Keller Kellner Kern Kessel Kilometer Kinderwagen Kiosk Klang Klick
Knoblauch Knochen Knopf Knoten Koch Koffer Kohl Kollege Kommentar Konflikt Kontakt Kopf Korb Kran
Kranz Kreis Kreisel Krieg Krimi Krug Kuchen Kugelschreiber Kunde Kurs Kuss Käfer Käfig Käse König
Körper Kühlschrank Künstler Laden Lappen Laptop Laster Lauf Lehrer Leser Liegestuhl Link Liter
Lohn Luftballon Lärm Löffel Löwe Magen Maler Mann Mantel Marathon Markt Matrose Maßstab Mechaniker
Meister Mensch Meter Mieter Millimeter Minister Mitarbeiter Mixer Moment Monat Mond Morgen Motor
Mund Musiker Muskel Mülleimer Nachbar Nachmittag Nachname Nachteil Nagel Name Nebel Neffe Nerv
Ofen Offizier Onkel Opa Orden Ordner Ort Osten Ozean Palast Papagei Papst Park Parkplatz Partner
Passagier Patient Pfad Pfarrer Pfeffer Pfeil Pfirsich Pilot Pilz Pinguin Pinsel Plan Planet Platz
Politiker Polizist Preis Prinz Professor Profi Prozess Prozessor Präsident Pudding Pullover Punkt
Quadratmeter Radfahrer Rahmen Rand Rang Rasen Rat Rauch Raum Rechner Regen Regenschirm Reifen Reis
Reiter Rekord Rentner Rest Richter Ring Riss Rock Roman Rotwein Router Rucksack Ruf Rundgang
Rücken Saal Sack Saft Salat Sand Satz Schal Schalter Schatten Schatz Scheck Schein Scherz Schinken
Schirm Schlaf Schlag Schlauch Schluck Schlüssel Schmerz Schmetterling Schmuck Schnaps Schnee
Schnitt Schnuller Schrank Schreibtisch Schritt Schuh Schuss Schutz Schwamm Schwan Schüler
Screenshot Seehund Segen Sekt Senator Senf Server Service Sessel Sieg Sieger Sinn Sitz Sitzplatz
Sockel Sohn Sommer Spaß Speck Speicher Spiegel Spieler Spieltag Sport Sprung Staat Stab Stall
Stamm Stand Star Start Stau Staub Steg Stein Stellplatz Stempel Stern Stich Stiefel Stift Stil
Stock Stoff Stoß Strand Strauß Streit Strom Strumpf Student Stuhl Sturm Süden Tabak Tag Takt Tanz
Techniker Tee Teelöffel Teig Teil Teilnehmer Teller Teppich Termin Test Text Tierarzt Tiger Timer
Tipp Tisch Titel Tod Ton Topf Tourist Traktor Traum Treffer Trick Trieb Tropfen Tunnel Turm Täter
Umsatz Umschlag Umzug Unfall Unterricht Urlaub Vater Verdacht Verein Verkehr Verkäufer Verlag
Verlust Versuch Vertrag Vogel Vorhang Vormittag Vorname Vorschlag Vorteil Vortrag Wagen Wal Wald
Wecker Weg Weihnachtsbaum Wein Weltkrieg Weltrekord Wert Westen Wettbewerb Wind Winter Wirt
Wissenschaftler Witz Wolf Wunsch Wurf Wurm Würfel Zahn Zahnarzt Zaun Zeh Zentimeter Zettel Zeuge
Ziegel Zoll Zoo Zucker Zufall Zug Zugang Zuschauer Zustand Zweck Zweig Zwerg Zwilling Zyklus
Überblick";

pub(super) const FEMININE: &str = "
Abbildung Abfahrt Abteilung Adresse Aktie Allee Ampel Ampulle Amsel Ananas Angst Anlage Ansage
Antwort Anzeige Apotheke App Arbeit Armee Art Aufgabe Auflage Ausgabe Auskunft Aussage Auswahl
Autobahn Axt Badewanne Bahn Banane Bande Bank Bar Batterie Beere Bestellung Bibliothek Biene
Bildung Birne Blase Blume Bluse Bohne Bombe Botschaft Box Braut Breite Bremse Brezel Brille Brust Brücke
Bucht Bundesliga Burg Butter Bäckerei Bürste CD Chance Chefin Cousine Creme DVD Dame Datei Decke
Demokratie Diskette Diät Dose Dosis Dusche Ebene Ecke Ehe Ehre Eiche Eile Einheit Einnahme
Eisenbahn Ente Entfernung Epoche Erbse Erdbeere Erde Ernte Etage Eule Fabel Fabrik Fahne Fahrkarte
Fahrt Familie Farbe Feder Fee Feier Feige Fernbedienung Figur Firma Flagge Flamme Flasche Fliege
Flucht Flöte Folge Form Frage Frau Freude Freundin Frist Frisur Frucht Fähre Gabel Galerie Gans
Garage Garantie Gasse Geburt Gebühr Geduld Gefahr Geige Geschichte Gesellschaft Giraffe Gitarre
Glocke Grafik Grenze Großmutter Gruppe Größe Gurke Halle Haltestelle Hand Handtasche Haut Heizung
Hilfe Hitze Hochzeit Hose Hälfte Höhe Höhle Idee Impfung Information Insel Jacke Jagd Jugend
Kabine Kamera Kammer Kanne Kante Kappe Kapsel Karotte Karte Kartoffel Kasse Kassette Kastanie
Katze Kerze Kette Kirche Kirsche Kiste Klage Klammer Klasse Klausur Kleidung Klingel Klinik Kraft
Krankheit Kreuzung Krone Kugel Kuh Kultur Kundin Kunst Kurve Köchin Königin Küche Küste Lage Lampe
Last Leber Lehre Lehrerin Leistung Leitung Lektion Liebe Liga Limo Limonade Linie Linse Lippe
Liste Literatur Luft Lunge Lust Länge Lösung Lücke Macht Mahlzeit Mail Mannschaft Marke Maschine
Masse Mauer Maus Medaille Medizin Meile Meinung Melone Menge Messe Methode Miete Milch Milliarde
Million Minute Mitte Muschel Musik Mutter Möglichkeit Möhre Mücke Müdigkeit Mühle Münze Mütze
Nachbarin Nachricht Nacht Nadel Nase Nation Natur Nichte Niere Note Notiz Nudel Nummer Nuss Oma
Oper Orange PIN Packung Palme Panne Paprika Pause Person Pfanne Pflanze Pflaume Pfütze Phase Pille
Pistole Pizza Platte Playlist Politik Polizei Portion Post Praxis Presse Prise Probe Präsidentin
Prüfung Pumpe Puppe Qualität Quelle Rakete Rampe Rast Ratte Rechnung Rede Regel Regierung Region
Reihe Reise Rennbahn Rente Reparatur Reserve Ressource Richtung Rippe Rolle Rose Route Ruhe Runde
Rutsche Rückfahrt Rücksicht SMS Sache Sahne Saison Schachtel Schale Schallplatte Schaufel Scheibe
Schere Schicht Schlacht Schlange Schleife Schnecke Schokolade Schraube Schrift Schublade Schuld
Schule Schulter Schwester Schwimmhalle Schülerin Schüssel Seele Seife Seite Sekretärin Sekunde
Sendung Serie Show Sicherheit Sicht Sirene Sitzung Socke Sonne Sorge Sorte Soße Spalte Spende
Sperre Spinne Spitze Sprache Spritze Spule Spur Stadt Staffel Stange Station Statistik Statue
Stelle Stiftung Stille Stimme Stirn Strafe Straße Strecke Strophe Strömung Studentin Studie Stufe
Stunde Suche Suppe Säge Säule Tablette Tafel Tankstelle Tante Tasche Tasse Tastatur Taste Tat
Taube Taufe Technik Temperatur Terrasse Theorie These Tiefe Tochter Toilette Tomate Tonne Torte
Tour Tradition Traube Treppe Trommel Träne Tube Tulpe Tür Tüte Uhr Umdrehung Umfrage Umleitung
Umwelt Unterschrift Ursache Variante Vase Verabredung Verbindung Versicherung Version Verspätung
Vokabel Vorlesung Waage Wahl Wahrheit Wand Wanne Ware Warnung Watte Website Weide Welle Welt
Werbung Werkstatt Wespe Weste Wette Wiese Windel Wirkung Wirtschaft Woche Wohnung Wolke Wolle
Wunde Wurst Wurzel Wäsche Wüste Zahl Zange Zehe Zeile Zeit Zeitschrift Zeitung Zelle Ziege
Zigarette Zitrone Zone Zunge Zusage Zutat Zwiebel";

pub(super) const NEUTER: &str = "
Abenteuer Abo Album Alter Amt Angebot Apartment Argument Attest Auge Auto Baby Backup Bad
Badezimmer Bein Beispiel Benzin Besteck Bett Bier Bild Blatt Blech Blei Blut Boot Brett Brot
Brötchen Buch Bundesland Büfett Büro Café Camp Croissant Dach Datum Denkmal Detail Dokument
Doppelzimmer Dorf Drittel Dutzend Ei Einkaufszentrum Einzelzimmer Eis Eisen Element Elfmeter Ende
Ereignis Ergebnis Erlebnis Essen Euter Exemplar Experiment Fach Fahrrad Fahrzeug Fass Feld Fell
Fenster Ferienhaus Fest Festival Feuer Fieber Finale Flugzeug Formular Foto Fragezeichen Frühstück
Gebet Gebirge Gebot Gebäude Gedicht Gefühl Gehalt Geheimnis Geld Gemüse Gepäck Gericht Gerät
Geschenk Geschirr Geschlecht Geschoss Geschäft Gesetz Gesicht Gespräch Getränk Gewicht Gewitter
Glas Gleis Glück Gold Gramm Gras Haar Halbjahr Handtuch Handy Haus Haustier Heft Hemd Herz Hobby
Holz Horn Hotel Huhn Hühnchen Instrument Interesse Interview Jahr Jahrhundert Jahrtausend
Jahrzehnt Journal Kabel Kalb Kamel Kapitel Kilo Kilogramm Kind Kino Kissen Klavier Kleid Klima
Knie Komma Konto Konzept Konzert Kostüm Krankenhaus Kreuz Krokodil Kännchen Labor Lager Lamm Land
Leben Lebensjahr Leder Leid Licht Lied Limit Lineal Loch Lokal Los Magazin Mal Material Maß
Medikament Meer Mehl Menü Messer Metall Mikrofon Ministerium Mitglied Mittagessen Mittel Modell
Modul Motiv Motorrad Museum Muster Mädchen Möbel Netz Netzwerk Notebook Obergeschoss OG UG DG EG Objekt Obst
Ohr Opfer Orchester Original Paar Paket Papier Paradies Parlament Passbild Passwort Pech Pfand
Pferd Pflaster Pfund Picknick Pixel Plakat Podcast Portemonnaie Poster Postfach Problem Produkt
Programm Projekt Prozent Publikum Pulver Puzzle Päckchen Quartal Quiz Rad Radio Recht Regal
Restaurant Rezept Rind Risiko Rohr Rätsel Salz Sandwich Schaf Schaltjahr Schema Schicksal Schiff
Schild Schlafzimmer Schloss Schnitzel Schuljahr Schwein Schwimmbad Seil Semester Seminar Signal
Silber Smartphone Sofa Spiel Spielzeug Stadion Steak Stockwerk Studium Stück Symbol System Tablet
Tal Talent Taschentuch Team Telefon Tempo Theater Thema Ticket Tier Tor Training Treffen Trikot
Trimester Tuch Turnier Ufer Untergeschoss Unternehmen Update Urteil Verb Verbot Verfahren
Verhalten Verhältnis Verzeichnis Video Viertel Visum Volk Wachstum Wappen Wasser Werk Wochenende
Wohnmobil Wohnzimmer Wort Wunder Würstchen Zebra Zeichen Zelt Zentrum Zertifikat Zeug Zeugnis Ziel
Zimmer Öl";
