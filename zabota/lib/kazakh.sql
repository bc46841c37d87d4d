-- Kazakh order and search keys.  The tables are those of kazakh.py, line by line; the tests compare the two.
-- Nothing here depends on the server's locale: letters are lowered by translate(), comparison is by code point.
-- In translate() the n-th character of the first text becomes the n-th of the second; those beyond its end go.

create or replace function kk_order(t text) returns text
language sql immutable strict parallel safe as $function$
  select btrim(regexp_replace(regexp_replace(regexp_replace(
      translate(
        regexp_replace(
          replace(replace(replace(replace(t, E'и\u0306', 'й'), E'И\u0306', 'Й'), E'е\u0308', 'ё'), E'Е\u0308', 'Ё'),
          '[\u0300-\u036f]', '', 'g'),
        E'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
        'äáàâãåāÄÁÀÂÃÅĀçčćÇČĆéèêëēěÉÈÊËĒĚğǵĞǴıíìîïīİÍÌÎÏĪñńŋÑŃŊ'
        'öóòôõōøÖÓÒÔÕŌØşšśŞŠŚüúùûūůÜÚÙÛŪŮýÿÝŸžźżŽŹŻ'
        'аәбвгғдеёжзийк'
        'қлмнңоөпрстуұү'
        'фхһцчшщъыіьэюя'
        'АӘБВГҒДЕЁЖЗИЙК'
        'ҚЛМНҢОӨПРСТУҰҮ'
        'ФХҺЦЧШЩЪЫІЬЭЮЯ'
        'ґєїўҳҗəɵҐЄЇЎҲҖƏƟ'
        '\u0009\u000a\u000b\u000c\u000d\u0085\u00a0\u1680\u2000\u2001\u2002\u2003'
        '\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000'
        '-_‐‑‒–—―−'
        '«»"“”„‟‹›″''’‘‚‛`´ʼʹ′'
        '\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff',
        E'abcdefghijklmnopqrstuvwxyz'
        'aaaaaaaaaaaaaacccccceeeeeeeeeeeeggggiiiiiiiiiiiinnnnnn'
        'oooooooooooooossssssuuuuuuuuuuuuyyyyzzzzzz'
        '\ue000\ue001\ue002\ue003\ue004\ue005\ue006\ue007\ue008\ue009\ue00a\ue00b\ue00c\ue00d'
        '\ue00e\ue00f\ue010\ue011\ue012\ue013\ue014\ue015\ue016\ue017\ue018\ue019\ue01a\ue01b'
        '\ue01c\ue01d\ue01e\ue01f\ue020\ue021\ue022\ue023\ue024\ue025\ue026\ue027\ue028\ue029'
        '\ue000\ue001\ue002\ue003\ue004\ue005\ue006\ue007\ue008\ue009\ue00a\ue00b\ue00c\ue00d'
        '\ue00e\ue00f\ue010\ue011\ue012\ue013\ue014\ue015\ue016\ue017\ue018\ue019\ue01a\ue01b'
        '\ue01c\ue01d\ue01e\ue01f\ue020\ue021\ue022\ue023\ue024\ue025\ue026\ue027\ue028\ue029'
        '\ue004\ue007\ue025\ue019\ue01d\ue009\ue001\ue014\ue004\ue007\ue025\ue019\ue01d\ue009\ue001\ue014'
        '            '
        '            '
        '         '),
      -- numbers of up to six digits compare as numbers
      '([0-9]+)', '00000\1', 'g'), '0*([0-9]{6,})', '\1', 'g'),
      ' +', ' ', 'g'), ' ')
$function$;

create or replace function kk_fold(t text) returns text
language sql immutable strict parallel safe as $function$
  select coalesce(string_agg(
    translate(
        -- Latin look-alikes become Cyrillic only where the word has a Cyrillic letter
        case when word <> translate(word, 'аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя'
          'АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯ'
          'ґєїўҳҗəɵҐЄЇЎҲҖƏƟ', '')
          then translate(word, 'ABCEHIKMOPTXYabcehikmoptxyəɵƏƟ'
          'äáàâãåāÄÁÀÂÃÅĀçčćÇČĆéèêëēěÉÈÊËĒĚıíìîïīİÍÌÎÏĪöóòôõōøÖÓÒÔÕŌØýÿÝŸ',
          'АВСЕНІКМОРТХУаьсеһікмортхуәөӘӨ'
          'аааааааааааааассссссееееееееееееііііііііііііооооооооооооооуууу')
          else word end,
        'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
        'äáàâãåāÄÁÀÂÃÅĀçčćÇČĆéèêëēěÉÈÊËĒĚğǵĞǴıíìîïīİÍÌÎÏĪñńŋÑŃŊ'
        'öóòôõōøÖÓÒÔÕŌØşšśŞŠŚüúùûūůÜÚÙÛŪŮýÿÝŸžźżŽŹŻ'
        'әғёйқңөұүһі'
        'АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯ'
        'ґєїўҳҗəɵҐЄЇЎҲҖƏƟ',
        'abcdefghijklmnopqrstuvwxyz'
        'aaaaaaaaaaaaaacccccceeeeeeeeeeeeggggiiiiiiiiiiiinnnnnn'
        'oooooooooooooossssssuuuuuuuuuuuuyyyyzzzzzz'
        'агеикноуухи'
        'аабвггдеежзиикклмнноопрстуууфххцчшщъыиьэюя'
        'геиухжаогеиухжао'),
    ' ' order by place), '')
  from unnest(string_to_array(
      translate(
        regexp_replace(
          replace(replace(replace(replace(t, E'и\u0306', 'й'), E'И\u0306', 'Й'), E'е\u0308', 'ё'), E'Е\u0308', 'Ё'),
          '[\u0300-\u036f]', '', 'g'),
        E'\u0009\u000a\u000b\u000c\u000d\u0085\u00a0\u1680\u2000\u2001\u2002\u2003'
        '\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000'
        '-_‐‑‒–—―−.,;:!?()[]{}/\\|*№#…·'
        '«»"“”„‟‹›″''’‘‚‛`´ʼʹ′'
        '\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff',
        '            '
        '            '
        '                             '),
      ' ')) with ordinality as pieces(word, place)
  where word <> ''
$function$;
