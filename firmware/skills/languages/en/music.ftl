# Music from a folder.

# Words before a name that do not belong to it, and words between the names of artists.
music-articles = the a an some
music-joins = and & feat ft featuring with vs
# With which word a sentence begins that asks for music, and words of sentences that do not ask for it.
music-asks = play
music-others = game games chess cards part role roles trick dead fair safe along with me you us your my his her a dumb

music-plays-by = Here is { $title } by { $artist }.
music-plays = Here is { $title }.
music-plays-artist = Here is music by { $artist }.
music-plays-some = Here is some music.
music-plays-several = Here are { $n } pieces called { $name }.
music-is-by = This is { $title } by { $artist }.
music-is = This is { $title }.
music-silent = Nothing is playing.
music-last = That was the last one.
music-none = There is no music in my folder.
music-not-yet = I'm still looking through the music. Please ask again in a moment.
music-not-found = I can't find { $name } in the music.
music-not-here = I can't play music here.

help-music = play music
# What a language model may write, so that it knows the form.
orders-music = play some music; pause the music; continue the music; next song; previous song; stop the music; what song is this
