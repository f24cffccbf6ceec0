-- A record as the first release writes it: the samples of the manual. Never changed; later schemas get files of their own.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('1');
CREATE TABLE audit (
	seq INTEGER NOT NULL, 
	at VARCHAR(40) NOT NULL, 
	author VARCHAR(120) NOT NULL, 
	action VARCHAR(10) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	entity VARCHAR(40) NOT NULL, 
	version INTEGER NOT NULL, 
	patient VARCHAR(40) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	previous VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (hash)
);
INSERT INTO "audit" VALUES(1,'2026-05-04T12:00:00.000000+00:00','Dr A. Example','add','patient','patient-1',1,'patient-1','6ff2f4165fc11c4580cc4583e138b8ca6c7d73eab7025f4d03891a63a8a88b8d','0000000000000000000000000000000000000000000000000000000000000000','31539702af6fcbd26d44e78b8681da563dca161bc894e53b0076e7447a1e6b74');
INSERT INTO "audit" VALUES(2,'2026-05-04T12:00:00.000000+00:00','Dr A. Example','add','plan','plan-2',1,'patient-1','e1bffa0ba9a985f0947859c53e89e46269c39210d061a26dceb142c1fbe66f00','31539702af6fcbd26d44e78b8681da563dca161bc894e53b0076e7447a1e6b74','a988fe69c41c0229db1aeb76ba3eb7da3d90869e31f5f682554d1916b30d7c6c');
INSERT INTO "audit" VALUES(3,'2026-05-04T12:00:00.000000+00:00','Dr A. Example','add','treatment','treatment-3',1,'patient-1','5011fa79e8346fcf2122d7e46f9ee3d8861d28ad2ff04bd51d8b137f239259c1','a988fe69c41c0229db1aeb76ba3eb7da3d90869e31f5f682554d1916b30d7c6c','7427afcdb3ada9ecfd957769b2a1d211cf9f73558f5343c9d88bfe96381e441c');
INSERT INTO "audit" VALUES(4,'2026-05-04T12:00:00.000000+00:00','Dr A. Example','add','observation','observation-4',1,'patient-1','888cbba926ba76eea3712f75fe24bd0efb44563bfb05abbb258ceb8936d1b73d','7427afcdb3ada9ecfd957769b2a1d211cf9f73558f5343c9d88bfe96381e441c','5484bd36970bf42599a74f871b11b52bdd2211e98522b44abe09db40c4ef1bb5');
INSERT INTO "audit" VALUES(5,'2026-05-04T12:00:00.000000+00:00','Dr A. Example','add','observation','observation-5',1,'patient-1','0e87da005990c37aae3be8b3650d33545e5878260caa21fef4eb215b1adea3a6','5484bd36970bf42599a74f871b11b52bdd2211e98522b44abe09db40c4ef1bb5','9d52bf6f5111f7bd9b8e31f5551a7affc07a587f2eb2d0c180553498088e5ac6');
INSERT INTO "audit" VALUES(6,'2026-05-04T12:00:00.000000+00:00','Dr A. Example','add','event','event-6',1,'patient-1','a59f9e2dd19f256606309c3198a4c46d56d4921465128edc9a98682b823630f4','9d52bf6f5111f7bd9b8e31f5551a7affc07a587f2eb2d0c180553498088e5ac6','aeebbd15db8f15404b451d658511c2a2130ec770eb5cad744723fa1500fb8017');
INSERT INTO "audit" VALUES(7,'2026-05-04T12:00:00.000000+00:00','Dr A. Example','add','photo','photo-7',1,'patient-1','a18d4de80e376800fac21dd68e324540375129f210df3fcc8fa041bdbc9ffdd7','aeebbd15db8f15404b451d658511c2a2130ec770eb5cad744723fa1500fb8017','f5dccd523a144671ceb04d88de740fe392419a145ef6c84a60cc520ee26df00e');
INSERT INTO "audit" VALUES(8,'2026-05-04T12:05:00.000000+00:00','Nurse B. Example','amend','observation','observation-4',2,'patient-1','f9b67f260456796bd15afc9a8255e9129ed61226ac9065ae055f389a125d1e0b','f5dccd523a144671ceb04d88de740fe392419a145ef6c84a60cc520ee26df00e','f37278c618865eab11a367e11c6e28cc4372248253f869e79bcbd0ffbb4ef1a1');
INSERT INTO "audit" VALUES(9,'2026-05-04T12:05:00.000000+00:00','Nurse B. Example','add','treatment','treatment-9',1,'patient-1','16e090c39cc2942c44ea59bc9d75236bec996c040d729f32790072ac250c2375','f37278c618865eab11a367e11c6e28cc4372248253f869e79bcbd0ffbb4ef1a1','a428b78d5ebfd0e04112c50689877a845ab87cb29de82af192e10c2cfe376f79');
CREATE TABLE content (
	seq INTEGER NOT NULL, 
	salt VARCHAR(64) NOT NULL, 
	reason TEXT, 
	content TEXT, 
	PRIMARY KEY (seq), 
	FOREIGN KEY(seq) REFERENCES audit (seq)
);
INSERT INTO "content" VALUES(1,'ea2b79e50a85f53597f10d9533227a3c2dc2fb1620694f489a93d6ff1ef78108',NULL,'{"described_on":"2026-03-02","patient":{"age":29,"face":{},"lactation":"no","pregnancy":"no","pseudonym":"amber-29","sex":"female","skin_type":3},"schema":"holocrine.patient/1"}');
INSERT INTO "content" VALUES(2,'0feec4c291a98f5cacf25cf7df0846be9a3346dbe330d2385c3b4358fce86f26',NULL,'{"patient":"patient-1","plan_toml":"# Published protocol: five points of 2 units onabotulinumtoxinA into the frontalis.\n# For comparison only: the label bars treating the forehead alone into the muscle.\n# Volume per point and concentration are derived from the volume given; the depth (inside the frontalis) is an assumption.\n# Coordinates are schematic (assumption): the study prints none.\n\nschema = \"holocrine.plan/1\"\ntitle = \"Forehead into the muscle, 5 x 2 units onabotulinumtoxinA\"\nsource = \"Min P et al. Aesthet Surg J 2015;35(5):600-610, doi 10.1093/asj/sju150\"\n\n[solution]\nproduct = \"onabotulinumtoxinA\"\nvial_units = 100\ndiluent = \"preservative-free saline\"\ndiluent_volume = \"2.5 mL\"\nsyringe = \"0.5 mL\"\n\n[[point]]\nid = \"P1\"\nregion = \"forehead\"\nx = \"-40 mm\"\ny = \"36 mm\"\ndepth = \"3.4 mm\"\nplane = \"intramuscular\"\nunits = 2\nvolume = \"0.05 mL\"\n\n[[point]]\nid = \"P2\"\nregion = \"forehead\"\nx = \"-20 mm\"\ny = \"38 mm\"\ndepth = \"3.4 mm\"\nplane = \"intramuscular\"\nunits = 2\nvolume = \"0.05 mL\"\n\n[[point]]\nid = \"P3\"\nregion = \"forehead\"\nx = \"0 mm\"\ny = \"38 mm\"\ndepth = \"3.4 mm\"\nplane = \"intramuscular\"\nunits = 2\nvolume = \"0.05 mL\"\n\n[[point]]\nid = \"P4\"\nregion = \"forehead\"\nx = \"20 mm\"\ny = \"38 mm\"\ndepth = \"3.4 mm\"\nplane = \"intramuscular\"\nunits = 2\nvolume = \"0.05 mL\"\n\n[[point]]\nid = \"P5\"\nregion = \"forehead\"\nx = \"40 mm\"\ny = \"36 mm\"\ndepth = \"3.4 mm\"\nplane = \"intramuscular\"\nunits = 2\nvolume = \"0.05 mL\"\n","schema":"holocrine.plan-entry/1"}');
INSERT INTO "content" VALUES(3,'22626a0cec55613d46cda3464bd263eb213759c3b0b20c13e9cf8cfa099e3f4b',NULL,'{"as_planned":"no","date":"2026-03-02","indication":"forehead lines","injector":"Dr A. Example","omitted":[{"deviation":"papule at the point","planned":"P5"}],"patient":"patient-1","plan":"plan-2","plan_version":1,"point":[{"depth":"3.4 mm","deviation":"brow already low on this side","id":"P1","plane":"intramuscular","planned":"P1","region":"forehead","units":1.0,"vial":"A","volume":"0.025 mL","x":"-40 mm","y":"40 mm"},{"depth":"3.4 mm","id":"P2","plane":"intramuscular","planned":"P2","region":"forehead","units":2.0,"vial":"A","volume":"0.05 mL","x":"-20 mm","y":"38 mm"},{"depth":"3.4 mm","id":"P3","plane":"intramuscular","planned":"P3","region":"forehead","units":2.0,"vial":"A","volume":"0.05 mL","x":"0 mm","y":"38 mm"},{"depth":"3.4 mm","id":"P4","plane":"intramuscular","planned":"P4","region":"forehead","units":2.0,"vial":"A","volume":"0.05 mL","x":"20 mm","y":"38 mm"}],"schema":"holocrine.treatment/1","vial":[{"diluent":"preservative-free saline","diluent_volume":"2.5 mL","expiry":"2027-06-30","id":"A","lot":"C1234 A","product":"onabotulinumtoxinA","reconstituted":"2026-03-02T09:30:00","vial_units":100.0}]}');
INSERT INTO "content" VALUES(4,'cf706d4562d9b47623daac9bb797f1ee4615f92460c45a6f01390a07df25fbb0',NULL,'{"observation":[{"date":"2026-03-02","instrument":"Sebumeter","rater":"Nurse B. Example","region":"forehead","value":"210 ug/cm2"}],"patient":"patient-1","schema":"holocrine.observation/1"}');
INSERT INTO "content" VALUES(5,'6c1b3455eb383a6d44ee0d43b5e7b193b3c8df02caa0bc68cf1174e89e6afe55',NULL,'{"observation":[{"date":"2026-03-30","instrument":"lid_ptosis","value":"no"}],"patient":"patient-1","schema":"holocrine.observation/1"}');
INSERT INTO "content" VALUES(6,'6c0bf9245f732fecdb17b221c1f466cc4fb2fab18b155c8a08c35f4fd0f8d2f6',NULL,'{"action":"apraclonidine drops","ended":"2026-04-13","event":"drooping upper lid, left","grade":2,"harm":"lid_ptosis","lot":"C1234 A","onset":"2026-03-09","outcome":"recovered","patient":"patient-1","relation":"probable","schema":"holocrine.event/1","serious_because":[],"treatment":"treatment-3"}');
INSERT INTO "content" VALUES(7,'331aeafc188493ed8256c5f742d48b70561ddcd834a96110526f28315ad61cac',NULL,'{"consent":{"date":"2026-03-02","given":"yes","purposes":["treatment_record"]},"expression":"rest","height":1,"media_type":"image/png","orientation":1,"patient":"patient-1","schema":"holocrine.photo-entry/1","sha256":"a1abfd410973b0111c215baa879b9edcd739e601659ba44168269767cc2e9108","size":67,"taken_on":"2026-03-02","view":"front","width":1}');
INSERT INTO "content" VALUES(8,'b8dca8e134f9138031f15ade340e246dbbf16dd6835cbf6a60ec9344f0fb7f08','typed wrongly','{"observation":[{"date":"2026-03-02","instrument":"Sebumeter","rater":"Nurse B. Example","region":"forehead","value":"205 ug/cm2"}],"patient":"patient-1","schema":"holocrine.observation/1"}');
INSERT INTO "content" VALUES(9,'9f582a37ee21d1851dde79f7d3dcc4f3a801f8e5aa8c659b4b841ef09f03814e',NULL,'{"as_planned":"no","date":"2025-10-06","elsewhere":{"date":"2025-10-06","indication":"unknown","points":[],"product":"onabotulinumtoxinA","regions":[],"total_units":20.0},"indication":"unknown","omitted":[],"patient":"patient-1","point":[],"schema":"holocrine.treatment/1","vial":[]}');
CREATE TABLE image (
	seq INTEGER NOT NULL, 
	bytes BLOB NOT NULL, 
	PRIMARY KEY (seq), 
	FOREIGN KEY(seq) REFERENCES audit (seq)
);
INSERT INTO "image" VALUES(7,X'89504E470D0A1A0A0000000D49484452000000010000000108000000003A7E9B550000000A49444154789C636800000082008177CD72B60000000049454E44AE426082');
CREATE TABLE lot_use (
	seq INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	point VARCHAR(20) NOT NULL, 
	product VARCHAR(40) NOT NULL, 
	lot_key VARCHAR(80) NOT NULL, 
	lot VARCHAR(80) NOT NULL, 
	units FLOAT NOT NULL, 
	PRIMARY KEY (seq, number), 
	FOREIGN KEY(seq) REFERENCES audit (seq)
);
INSERT INTO "lot_use" VALUES(3,0,'P1','onabotulinumtoxinA','c1234a','C1234 A',1.0);
INSERT INTO "lot_use" VALUES(3,1,'P2','onabotulinumtoxinA','c1234a','C1234 A',2.0);
INSERT INTO "lot_use" VALUES(3,2,'P3','onabotulinumtoxinA','c1234a','C1234 A',2.0);
INSERT INTO "lot_use" VALUES(3,3,'P4','onabotulinumtoxinA','c1234a','C1234 A',2.0);
CREATE UNIQUE INDEX audit_entity ON audit (entity, version);
CREATE INDEX audit_patient ON audit (patient);
CREATE INDEX lot_use_lot ON lot_use (lot_key);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER content_no_update BEFORE UPDATE ON content FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'versions are never changed; write a new one'); END;
CREATE TRIGGER content_no_delete BEFORE DELETE ON content FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM audit AS erasure JOIN audit AS mine ON mine.patient = erasure.patient WHERE mine.seq = OLD.seq AND erasure.action = 'erase' AND erasure.seq > mine.seq) BEGIN SELECT RAISE(ABORT, 'contents go only when a person is erased'); END;
CREATE TRIGGER image_no_update BEFORE UPDATE ON image FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'versions are never changed; write a new one'); END;
CREATE TRIGGER image_no_delete BEFORE DELETE ON image FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM audit AS erasure JOIN audit AS mine ON mine.patient = erasure.patient WHERE mine.seq = OLD.seq AND erasure.action = 'erase' AND erasure.seq > mine.seq) BEGIN SELECT RAISE(ABORT, 'contents go only when a person is erased'); END;
CREATE TRIGGER lot_use_no_update BEFORE UPDATE ON lot_use FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'versions are never changed; write a new one'); END;
CREATE TRIGGER lot_use_no_delete BEFORE DELETE ON lot_use FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM audit AS erasure JOIN audit AS mine ON mine.patient = erasure.patient WHERE mine.seq = OLD.seq AND erasure.action = 'erase' AND erasure.seq > mine.seq) BEGIN SELECT RAISE(ABORT, 'contents go only when a person is erased'); END;
CREATE TRIGGER audit_at_end BEFORE INSERT ON audit FOR EACH ROW WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit) BEGIN SELECT RAISE(ABORT, 'the audit grows at its end only'); END;
COMMIT;
