# Writes a small database of countries with MaxMind's own writer, as the makers of GeoLite2 do:
#   perl make.pl FILE [COUNTRY-OF-LOOPBACK]     (Debian: libmaxmind-db-writer-perl; look with mmdblookup of mmdb-bin)
use strict; use warnings;
use MaxMind::DB::Writer::Tree;
my ($file, $loopback) = @ARGV;
my %types = (country => 'map', iso_code => 'utf8_string', names => 'map', en => 'utf8_string',
             country_code => 'utf8_string', continent => 'map', code => 'utf8_string');
my $tree = MaxMind::DB::Writer::Tree->new(
    ip_version => 6, record_size => 24, database_type => 'Test-Country', languages => ['en'],
    description => { en => 'countries of documentation networks' },
    remove_reserved_networks => 0, alias_ipv6_to_ipv4 => 1,
    map_key_type_callback => sub { $types{ $_[0] } });
sub in { my ($net, $code) = @_;
    $tree->insert_network($net, { country => { iso_code => $code, names => { en => "Land $code" } } }) }
in('192.0.2.0/24', 'CH'); in('198.51.100.0/25', 'DE'); in('198.51.100.128/25', 'AT');
in('2001:db8:1::/48', 'SE');
$tree->insert_network('203.0.113.0/25', { country_code => 'nl' });
$tree->insert_network('203.0.113.128/25', { continent => { code => 'EU' } });
in('127.0.0.0/8', $loopback) if $loopback;
open my $out, '>:raw', $file or die "$file: $!";
$tree->write_tree($out);
close $out or die "$file: $!";
